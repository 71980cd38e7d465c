//! Tree-sitter's node kinds and fields as enums.
//!
//! In: the grammar's tables. Out: `Kind` and `FieldName` by numeric id, without comparing strings per node.
//! Invariants: a kind the grammar adds later reads as `Kind::Other`.

macro_rules! names {
    ($(#[$doc:meta])* $enum:ident, $other:ident { $($text:literal => $name:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(super) enum $enum { $other, $($name),* }
        impl $enum {
            pub(super) fn from_name(s: &str) -> $enum {
                match s { $($text => $enum::$name,)* _ => $enum::$other }
            }
        }
    };
}

names! {
    /// What a node is.
    Kind, Other {
        "comment" => Comment, "package_clause" => PackageClause, "function_declaration" => FuncDecl,
        "method_declaration" => MethodDecl, "import_declaration" => ImportDecl, "import_spec" => ImportSpec,
        "import_spec_list" => ImportSpecList, "dot" => Dot, "blank_identifier" => Blank,
        "const_declaration" => ConstDecl, "const_spec" => ConstSpec, "var_declaration" => VarDecl,
        "var_spec" => VarSpec, "var_spec_list" => VarSpecList, "type_declaration" => TypeDecl,
        "type_spec" => TypeSpec, "type_alias" => TypeAlias, "type_parameter_list" => TypeParamList,
        "type_parameter_declaration" => TypeParamDecl, "parameter_list" => ParamList,
        "parameter_declaration" => ParamDecl, "variadic_parameter_declaration" => VariadicParam,
        "expression_list" => ExprList, "parenthesized_type" => ParenType, "generic_type" => GenericType,
        "type_arguments" => TypeArgs, "pointer_type" => PointerType, "array_type" => ArrayType,
        "implicit_length_array_type" => ImplicitArray, "slice_type" => SliceType, "struct_type" => StructType,
        "negated_type" => NegatedType, "field_declaration_list" => FieldDeclList, "field_declaration" => FieldDecl,
        "interface_type" => InterfaceType, "method_elem" => MethodElem, "type_elem" => TypeElem,
        "type_constraint" => TypeConstraint, "map_type" => MapType, "channel_type" => ChanType,
        "function_type" => FuncType, "block" => Block, "statement_list" => StmtList, "empty_statement" => EmptyStmt,
        "expression_statement" => ExprStmt, "send_statement" => SendStmt, "receive_statement" => ReceiveStmt,
        "inc_statement" => IncStmt, "dec_statement" => DecStmt, "assignment_statement" => AssignStmt,
        "short_var_declaration" => ShortVarDecl, "labeled_statement" => LabeledStmt,
        "fallthrough_statement" => FallthroughStmt, "break_statement" => BreakStmt,
        "continue_statement" => ContinueStmt, "goto_statement" => GotoStmt, "return_statement" => ReturnStmt,
        "go_statement" => GoStmt, "defer_statement" => DeferStmt, "if_statement" => IfStmt,
        "for_statement" => ForStmt, "for_clause" => ForClause, "range_clause" => RangeClause,
        "expression_switch_statement" => ExprSwitch, "expression_case" => ExprCase, "default_case" => DefaultCase,
        "type_switch_statement" => TypeSwitch, "type_case" => TypeCase, "select_statement" => SelectStmt,
        "communication_case" => CommCase, "parenthesized_expression" => ParenExpr, "call_expression" => CallExpr,
        "variadic_argument" => VariadicArg, "argument_list" => ArgList,
        "selector_expression" => SelectorExpr, "index_expression" => IndexExpr, "slice_expression" => SliceExpr,
        "type_assertion_expression" => TypeAssertExpr, "type_conversion_expression" => ConversionExpr,
        "type_instantiation_expression" => InstantiationExpr, "composite_literal" => CompositeLit,
        "literal_value" => LiteralValue, "literal_element" => LiteralElement, "keyed_element" => KeyedElement,
        "func_literal" => FuncLit, "unary_expression" => UnaryExpr, "binary_expression" => BinaryExpr,
        "qualified_type" => QualifiedType, "identifier" => Identifier, "type_identifier" => TypeIdentifier,
        "field_identifier" => FieldIdentifier, "package_identifier" => PackageIdentifier,
        "label_name" => LabelName, "raw_string_literal" => RawString,
        "interpreted_string_literal" => InterpretedString, "int_literal" => IntLit, "float_literal" => FloatLit,
        "imaginary_literal" => ImaginaryLit, "rune_literal" => RuneLit, "nil" => Nil, "true" => True,
        "false" => False, "iota" => Iota,
    }
}

names! {
    /// The role of a child.
    FieldName, None {
        "alias" => Alias, "alternative" => Alternative, "arguments" => Arguments, "body" => Body,
        "capacity" => Capacity, "channel" => Channel, "communication" => Communication, "condition" => Condition,
        "consequence" => Consequence, "element" => Element, "end" => End, "field" => Field, "function" => Function,
        "index" => Index, "initializer" => Initializer, "key" => Key, "label" => Label, "left" => Left,
        "length" => Length, "name" => Name, "operand" => Operand, "operator" => Operator, "package" => Package,
        "parameters" => Parameters, "path" => Path, "receiver" => Receiver, "result" => Result, "right" => Right,
        "start" => Start, "tag" => Tag, "type" => Type, "type_arguments" => TypeArguments,
        "type_parameters" => TypeParameters, "update" => Update, "value" => Value,
    }
}

/// The tables by numeric id.
#[derive(Debug)]
pub(super) struct Tables {
    kinds: Vec<Kind>,
    fields: Vec<FieldName>,
}

impl Tables {
    pub(super) fn new(language: &tree_sitter::Language) -> Tables {
        let kinds = (0..language.node_kind_count()).map(|i| {
            let named = language.node_kind_is_named(i as u16);
            language
                .node_kind_for_id(i as u16)
                .filter(|_| named)
                .map_or(Kind::Other, Kind::from_name)
        });
        let fields = (0..=language.field_count()).map(|i| {
            language
                .field_name_for_id(i as u16)
                .map_or(FieldName::None, FieldName::from_name)
        });
        Tables {
            kinds: kinds.collect(),
            fields: fields.collect(),
        }
    }

    pub(super) fn kind(&self, id: u16) -> Kind {
        self.kinds.get(id as usize).copied().unwrap_or(Kind::Other)
    }

    pub(super) fn field(&self, id: Option<std::num::NonZero<u16>>) -> FieldName {
        id.and_then(|id| self.fields.get(id.get() as usize))
            .copied()
            .unwrap_or(FieldName::None)
    }
}

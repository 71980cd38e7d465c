// Command stdlib-gen writes the declarations of Go's standard library that the translator ships with.
//
// Refresh: `cd translator/stdlib-gen && CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go run . ../src/stdlib` with the Go
// version whose library is wanted. It writes one file per package and the index that includes them.
// Only names, types and constant values are written; unexported struct fields become opaque.
package main

import (
	"fmt"
	"go/constant"
	"go/importer"
	"go/token"
	"go/types"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// writer collects what must be declared of one package.
type writer struct {
	pkg     *types.Package
	public  bool
	done    map[string]bool
	queue   []string
	imports map[string]string // path to local name
	names   map[string]string // local name to path
	hidden  map[string]bool   // unexported methods that an interface of the package asks for
	decls   map[string]string
}

// extra is written by hand: packages that cannot be type-checked without cgo.
var extra = map[string]string{
	"runtime/cgo": "package cgo\ntype Handle uintptr\nfunc NewHandle(v any) Handle\nfunc (Handle) Value() any\n" +
		"func (Handle) Delete()\ntype Incomplete struct { _ [0]uintptr; }\n",
}

var all = map[string]*writer{}
var work []*writer

func get(pkg *types.Package) *writer {
	w := all[pkg.Path()]
	if w == nil {
		w = &writer{pkg: pkg, done: map[string]bool{}, imports: map[string]string{}, names: map[string]string{},
			hidden: map[string]bool{}, decls: map[string]string{}}
		all[pkg.Path()] = w
		for _, name := range pkg.Scope().Names() {
			if iface, ok := pkg.Scope().Lookup(name).Type().Underlying().(*types.Interface); ok {
				for i := 0; i < iface.NumMethods(); i++ {
					if m := iface.Method(i); !m.Exported() {
						w.hidden[m.Name()] = true
					}
				}
			}
		}
	}
	return w
}

// need asks for a name of a package to be declared.
func need(pkg *types.Package, name string) {
	w := get(pkg)
	if !w.done[name] {
		w.done[name] = true
		w.queue = append(w.queue, name)
		work = append(work, w)
	}
}

func (w *writer) qualify(p *types.Package) string {
	if p == w.pkg {
		return ""
	}
	if name, ok := w.imports[p.Path()]; ok {
		return name
	}
	name := p.Name()
	for w.names[name] != "" {
		name += "_"
	}
	w.imports[p.Path()] = name
	w.names[name] = p.Path()
	return name
}

// typ writes a type and asks for every named type in it.
func (w *writer) typ(t types.Type) string {
	w.visit(t, map[types.Type]bool{})
	return types.TypeString(t, w.qualify)
}

func (w *writer) visit(t types.Type, seen map[types.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	list := func(l *types.TypeList) {
		for i := 0; i < l.Len(); i++ {
			w.visit(l.At(i), seen)
		}
	}
	switch t := t.(type) {
	case *types.Named:
		if o := t.Obj(); o.Pkg() != nil {
			need(o.Pkg(), o.Name())
		}
		list(t.TypeArgs())
	case *types.Alias:
		if o := t.Obj(); o.Pkg() != nil {
			need(o.Pkg(), o.Name())
		}
		list(t.TypeArgs())
	case *types.Pointer:
		w.visit(t.Elem(), seen)
	case *types.Slice:
		w.visit(t.Elem(), seen)
	case *types.Array:
		w.visit(t.Elem(), seen)
	case *types.Chan:
		w.visit(t.Elem(), seen)
	case *types.Map:
		w.visit(t.Key(), seen)
		w.visit(t.Elem(), seen)
	case *types.Tuple:
		for i := 0; i < t.Len(); i++ {
			w.visit(t.At(i).Type(), seen)
		}
	case *types.Signature:
		w.visit(t.Params(), seen)
		w.visit(t.Results(), seen)
		for i := 0; i < t.TypeParams().Len(); i++ {
			w.visit(t.TypeParams().At(i).Constraint(), seen)
		}
	case *types.Struct:
		for i := 0; i < t.NumFields(); i++ {
			w.visit(t.Field(i).Type(), seen)
		}
	case *types.Interface:
		for i := 0; i < t.NumExplicitMethods(); i++ {
			w.visit(t.ExplicitMethod(i).Type(), seen)
		}
		for i := 0; i < t.NumEmbeddeds(); i++ {
			w.visit(t.EmbeddedType(i), seen)
		}
	case *types.Union:
		for i := 0; i < t.Len(); i++ {
			w.visit(t.Term(i).Type(), seen)
		}
	}
}

func (w *writer) typeParams(l *types.TypeParamList) string {
	if l.Len() == 0 {
		return ""
	}
	var out []string
	for i := 0; i < l.Len(); i++ {
		out = append(out, l.At(i).Obj().Name()+" "+w.typ(l.At(i).Constraint()))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

var sizes = types.SizesFor("gc", "amd64")

// structType writes a struct; fields that cannot be reached become opaque ones of like size and comparability.
func (w *writer) structType(t *types.Struct) string {
	var b strings.Builder
	b.WriteString("struct {")
	for i := 0; i < t.NumFields(); i++ {
		f := t.Field(i)
		switch {
		case f.Embedded():
			fmt.Fprintf(&b, " %s", w.typ(f.Type()))
		case f.Exported():
			fmt.Fprintf(&b, " %s %s", f.Name(), w.typ(f.Type()))
		case types.Comparable(f.Type()):
			if n := (sizeof(f.Type()) + 7) / 8; n > 0 {
				fmt.Fprintf(&b, " _ [%d]uintptr", n)
			} else {
				continue
			}
		default:
			b.WriteString(" _ func()")
		}
		if tag := t.Tag(i); tag != "" {
			fmt.Fprintf(&b, " %q", tag)
		}
		b.WriteString(";")
	}
	b.WriteString(" }")
	return b.String()
}

// sizeof gives one word for what has type parameters in it.
func sizeof(t types.Type) (n int64) {
	defer func() {
		if recover() != nil {
			n = 8
		}
	}()
	return sizes.Sizeof(t)
}

func (w *writer) declare(name string) {
	switch o := w.pkg.Scope().Lookup(name).(type) {
	case *types.Const:
		t := ""
		basic, _ := o.Type().(*types.Basic)
		if basic == nil || basic.Info()&types.IsUntyped == 0 {
			t = " " + w.typ(o.Type())
		}
		w.decls[name] = fmt.Sprintf("const %s%s = %s\n", name, t, constValue(o))
	case *types.Var:
		w.decls[name] = fmt.Sprintf("var %s %s\n", name, w.typ(o.Type()))
	case *types.Func:
		w.decls[name] = "func " + name + strings.TrimPrefix(w.typ(o.Type()), "func") + "\n"
	case *types.TypeName:
		w.typeDecl(name, o)
	}
}

func (w *writer) typeDecl(name string, o *types.TypeName) {
	if a, ok := o.Type().(*types.Alias); ok {
		w.decls[name] = fmt.Sprintf("type %s%s = %s\n", name, w.typeParams(a.TypeParams()), w.typ(a.Rhs()))
		return
	}
	t, ok := o.Type().(*types.Named)
	if !ok {
		w.decls[name] = fmt.Sprintf("type %s = %s\n", name, w.typ(o.Type()))
		return
	}
	under := ""
	if s, ok := t.Underlying().(*types.Struct); ok {
		under = w.structType(s)
	} else {
		under = w.typ(t.Underlying())
	}
	var b strings.Builder
	fmt.Fprintf(&b, "type %s%s %s\n", name, w.typeParams(t.TypeParams()), under)
	for i := 0; i < t.NumMethods(); i++ {
		m := t.Method(i)
		if !m.Exported() && !w.hidden[m.Name()] {
			continue
		}
		sig := m.Type().(*types.Signature)
		recv := name
		if n := sig.RecvTypeParams().Len(); n > 0 {
			var ps []string
			for i := 0; i < n; i++ {
				ps = append(ps, sig.RecvTypeParams().At(i).Obj().Name())
			}
			recv += "[" + strings.Join(ps, ", ") + "]"
		}
		if _, ok := sig.Recv().Type().(*types.Pointer); ok {
			recv = "*" + recv
		}
		fmt.Fprintf(&b, "func (%s) %s%s\n", recv, m.Name(), strings.TrimPrefix(w.typ(sig), "func"))
	}
	w.decls[name] = b.String()
}

func constValue(o *types.Const) string {
	v := o.Val()
	basic := o.Type().Underlying().(*types.Basic)
	switch {
	case basic.Kind() == types.UntypedRune:
		if i, ok := constant.Int64Val(v); ok && utf8.ValidRune(rune(i)) && int64(rune(i)) == i {
			return strconv.QuoteRuneToASCII(rune(i))
		}
		return "'\\x00' + " + v.ExactString()
	case basic.Info()&types.IsFloat != 0:
		v = constant.ToFloat(v)
		parts := strings.Split(v.ExactString(), "/")
		for i, p := range parts {
			if !strings.ContainsAny(p, ".ep") {
				parts[i] = p + ".0"
			}
		}
		return strings.Join(parts, " / ")
	}
	return v.ExactString()
}

func main() {
	out := os.Args[1]
	list, err := exec.Command("go", "list", "std").Output()
	if err != nil {
		panic(err)
	}
	imp := importer.ForCompiler(token.NewFileSet(), "source", nil)
	for _, path := range strings.Fields(string(list)) {
		if strings.HasPrefix(path, "vendor/") || strings.Contains("/"+path+"/", "/internal/") || path == "unsafe" {
			continue
		}
		pkg, err := imp.Import(path)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		get(pkg).public = true
		for _, name := range pkg.Scope().Names() {
			if token.IsExported(name) {
				need(pkg, name)
			}
		}
	}
	for len(work) > 0 {
		w := work[len(work)-1]
		work = work[:len(work)-1]
		for len(w.queue) > 0 {
			name := w.queue[len(w.queue)-1]
			w.queue = w.queue[:len(w.queue)-1]
			w.declare(name)
		}
	}
	write(out)
}

func write(out string) {
	data := filepath.Join(out, "data")
	os.RemoveAll(data)
	os.MkdirAll(data, 0o755)
	var paths []string
	for path := range all {
		paths = append(paths, path)
	}
	for path := range extra {
		paths = append(paths, path)
	}
	sort.Strings(paths)
	var index strings.Builder
	index.WriteString("//! The packages by path, in order; written by `stdlib-gen`, see there.\n//!\n" +
		"//! In: nothing. Out: per import path the declarations of the package as Go source.\n" +
		"//! Invariants: sorted by path.\n\n" +
		"pub(super) static PACKAGES: &[(&str, &str)] = &[\n")
	for _, path := range paths {
		file := strings.ReplaceAll(path, "/", ".") + ".go.txt"
		text := extra[path]
		if text == "" {
			text = all[path].text()
		}
		if err := os.WriteFile(filepath.Join(data, file), []byte(text), 0o644); err != nil {
			panic(err)
		}
		fmt.Fprintf(&index, "    (%q, include_str!(\"data/%s\")),\n", path, file)
	}
	index.WriteString("];\n")
	if err := os.WriteFile(filepath.Join(out, "index.rs"), []byte(index.String()), 0o644); err != nil {
		panic(err)
	}
}

// text is the package's file.
func (w *writer) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "package %s\n", w.pkg.Name())
	{
		var imports []string
		for p := range w.imports {
			imports = append(imports, p)
		}
		sort.Strings(imports)
		for _, p := range imports {
			fmt.Fprintf(&b, "import %s %q\n", w.imports[p], p)
		}
		var names []string
		for name := range w.decls {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			b.WriteString(w.decls[name])
		}
	}
	return b.String()
}

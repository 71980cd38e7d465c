// Command verbs prints what tests/pkg_fmt.rs prints; verbs.txt holds its output.
package main

import (
	"errors"
	"fmt"
	"math"
)

type Point struct{ X, Y int }
type Named struct {
	Name string
	at   *Point
	Any  any
	List []string
	M    map[string]int
}
type Celsius float64

func (c Celsius) String() string { return fmt.Sprintf("%.1f°C", float64(c)) }

type Broken int

func (b Broken) String() string { panic("no text") }

type Bytes []byte

func p(format string, a ...any) { fmt.Printf(format+"\n", a...) }

func main() {
	for _, f := range []string{"%d", "%5d", "%-5d|", "%05d", "%+d", "% d", "%x", "%X", "%#x", "%o", "%#o", "%O", "%b", "%c", "%q", "%U", "%#U", "%e", "%v", "%#v", "%T", "%s", "%t", "%8.3d", "%+05d", "%-05d|"} {
		p(f, 65)
		p(f, -7)
	}
	for _, f := range []string{"%v", "%e", "%f", "%g", "%G", "%.2f", "%8.2f", "%-8.2f|", "%08.2f", "%+.1e", "%#g", "%x", "%b", "%6.0f", "%.3g", "%#v", "%d", "% f", "%+08.1f"} {
		p(f, 3.14159265)
		p(f, -1e21)
		p(f, 1e-7)
		p(f, 100000.0)
		p(f, math.Inf(1))
		p(f, math.NaN())
		p(f, float32(0.1))
	}
	for _, f := range []string{"%v", "%s", "%q", "%x", "%X", "% x", "%#x", "%# x", "%10s|", "%-10s|", "%.2s", "%10.3q|", "%+q", "%#q", "%d", "%#v", "%T", "%05s"} {
		p(f, "héllo\n")
		p(f, "")
		p(f, []byte("ab\x00"))
		p(f, Bytes("xy"))
		p(f, []string{"a", "b c"})
	}
	for _, f := range []string{"%v", "%+v", "%#v", "%T", "%d", "%s", "%x"} {
		p(f, Point{1, -2})
		p(f, &Point{1, -2})
		p(f, []int{1, 2, 3})
		p(f, []Point{{1, 2}})
		p(f, map[string]int{"b": 2, "a": 1})
		p(f, map[int]string{10: "x", 2: "y"})
		p(f, []any{1, "a", nil, 2.5, true})
		p(f, [3]bool{true, false, true})
		p(f, Named{Name: "n", List: []string{"q"}, Any: Point{3, 4}})
		p(f, []int(nil))
		p(f, map[string]int(nil))
		p(f, (*Point)(nil))
		p(f, struct{}{})
		p(f, Celsius(21.55))
		p(f, []Celsius{1, 2})
		p(f, complex(1, -2))
		p(f, uint8(200))
		p(f, int64(-5))
		p(f, 'x')
		p(f, true)
		p(f, nil)
		p(f, errors.New("bad"))
	}
	p("%v", Broken(1))
	p("%d", Broken(1))
	p("%!", 1)
	p("%z", 1)
	p("%d")
	p("%d %d", 1)
	p("%d", 1, "x", nil)
	p("%[2]d %[1]d", 1, 2)
	p("%[3]d", 1)
	p("%[x]d", 1)
	p("%*d|%-*d|", 5, 1, 5, 2)
	p("%.*f", 2, 3.14159)
	p("%[2]*[1]d|", 1, 5)
	p("%*d", "a", 1)
	p("%.*d", -1, 1)
	p("%6.2f%%", 99.5)
	p("%", 1)
	p("%w", errors.New("x"))
	p("%s %v", error(nil), error(nil))
	p("%t", 1)
	p("%6t|%-7t|", true, false)
	p("%v %s", []error{errors.New("e1"), nil}, []any{"s", errors.New("e2")})
	fmt.Println("a", 1, 2, "b", nil, 3.0, []int{1})
	fmt.Print("a", 1, 2, "b", "c", 3.5, nil, nil, "\n")
	fmt.Print(1, 2, "\n")
	e := fmt.Errorf("ctx: %w", errors.New("inner"))
	fmt.Println(e, errors.Unwrap(e))
	inner := errors.New("i")
	e2 := fmt.Errorf("%w and %w", inner, errors.New("j"))
	fmt.Println(e2, errors.Is(e2, inner), errors.Unwrap(e2) == nil)
	fmt.Println(fmt.Errorf("%w", "notanerror"), errors.Join(inner, nil, errors.New("k")))
	p("%v %+v", struct {
		A *int
		B any
		C error
	}{}, struct{ F func() }{})
	p("%x %X", "hello", []byte{1, 0xab})
	p("%v %d", [3]byte{1, 2, 3}, [2]byte{4, 5})
	p("%#v %#v %#v", []byte{1}, [2]byte{1, 2}, struct{ B []byte }{[]byte{9}})
	p("%#v %#v", []any{1, nil, "x"}, map[string]any{"k": nil, "a": 1.0})
	p("%q %q", []string{"a", "b"}, 'ä')
	p("%08b %o %x", 37, 64, -255)
	p("%+v", []Point{{1, 2}, {3, 4}})
	p("%v", &[]int{1})
	p("%v", &map[string]int{"a": 1})
	p("%s|%10v|%-10v|", Celsius(3), Celsius(3), Celsius(3))
	p("%5v|%-5v|%05v", []int{1, 2}, []int{3}, []int{4})
	p("%6.2v|", []float64{1.234, 5})
	p("%v %v", int8(-3), uint64(math.MaxUint64))
	p("%#v %#v %#v", int8(-3), uint8(3), uintptr(9))
	p("%#v %#v", 1.0, float32(2.5))
	p("%v", [][]int{{1}, {2, 3}})
	p("%v", map[Point]string{{2, 1}: "b", {1, 9}: "a"})
}

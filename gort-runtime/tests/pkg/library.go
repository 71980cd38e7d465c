// Command library prints what tests/pkg_library.rs prints; library.txt holds its output.
package main

import (
	"bufio"
	"bytes"
	"container/heap"
	"container/list"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"io"
	"io/fs"
	"math"
	"math/rand"
	randv2 "math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sort"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"
)

type IntHeap []int

func (h IntHeap) Len() int           { return len(h) }
func (h IntHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h IntHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *IntHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *IntHeap) Pop() any {
	old := *h
	n := len(old)
	x := old[n-1]
	*h = old[:n-1]
	return x
}

func main() {
	p := fmt.Println
	// strconv
	for _, s := range []string{"12", "-7", "+3", "9223372036854775808", "-9223372036854775809", "", "a", "1_0", "0x1f", "007", " 1"} {
		n, err := strconv.Atoi(s)
		p(n, err)
		m, err := strconv.ParseInt(s, 0, 16)
		p(m, err)
		u, err := strconv.ParseUint(s, 16, 8)
		p(u, err)
		f, err := strconv.ParseFloat(s, 64)
		p(f, err)
	}
	for _, s := range []string{"1.5", "1e400", "-inf", "nan", "0x1p-2", "1_000.5", ".5", "5.", "1e", "1.7976931348623159e308", "4.9e-324", "1e-400", "123456789012345678901234567890", "0x1.fffffffffffff8p0"} {
		f, err := strconv.ParseFloat(s, 64)
		p(f, err)
		f, err = strconv.ParseFloat(s, 32)
		p(f, err)
	}
	for _, c := range "beEfgGxX" {
		for _, prec := range []int{-1, 0, 3, 20} {
			for _, f := range []float64{0, 1, -1.5, 123456789, 1e21, 1e-7, 0.1, math.MaxFloat64, 5e-324, 2.5} {
				p(strconv.FormatFloat(f, byte(c), prec, 64), strconv.FormatFloat(f, byte(c), prec, 32))
			}
		}
	}
	p(strconv.Quote("a\tb\"ü\x00\xff\u2028☺"), strconv.QuoteToASCII("ü☺"), strconv.QuoteRune('☺'), strconv.FormatInt(-255, 16), strconv.FormatInt(35, 36))
	for _, s := range []string{`"a\nb"`, "`raw`", `'x'`, `"\u263a\x41\101"`, `"bad`, `'xy'`, `"\q"`} {
		u, err := strconv.Unquote(s)
		p(u, err)
	}
	_, err := strconv.ParseBool("maybe")
	p(err, errors.Is(err, strconv.ErrSyntax))
	// strings
	for _, s := range []string{"  Hello, Wörld  foo ", "", "aXbXc", "ßǆ İı", "a,b,,c"} {
		p(strings.Fields(s), strings.Split(s, ","), strings.SplitN(s, "X", 2), strings.Split(s, ""), strings.SplitAfter(s, ","), len(strings.TrimSpace(s)))
		p(strings.ToUpper(s), strings.ToLower(s), strings.Title(s), strings.Repeat(s, 2), strings.Replace(s, "", "-", 3), strings.ReplaceAll(s, "X", "yy"))
		p(strings.Index(s, "o"), strings.LastIndex(s, "o"), strings.IndexAny(s, "lX"), strings.Count(s, ""), strings.Count(s, "l"), strings.Contains(s, "foo"), strings.HasPrefix(s, "a"), strings.Trim(s, " aX"), strings.TrimLeft(s, " a"), strings.TrimRight(s, "c "))
		a, b, ok := strings.Cut(s, "X")
		p(a, b, ok, strings.TrimPrefix(s, "a"), strings.TrimSuffix(s, "c"), strings.EqualFold(s, strings.ToUpper(s)))
		p(strings.Map(func(r rune) rune {
			if r == 'o' {
				return -1
			}
			return unicode.ToUpper(r)
		}, s), strings.IndexFunc(s, unicode.IsUpper), strings.TrimFunc(s, unicode.IsLetter), strings.ToTitle(s))
	}
	r := strings.NewReplacer("<", "&lt;", ">", "&gt;", "a", "1", "aa", "2")
	p(r.Replace("<aa>b"), strings.NewReplacer("", "X", "a", "b").Replace("bab"), strings.Join([]string{"x", "y"}, "-"), strings.Compare("a", "b"))
	var sb strings.Builder
	fmt.Fprintf(&sb, "%d-%s", 5, "x")
	sb.WriteByte('!')
	sb.WriteRune('é')
	p(sb.String(), sb.Len())
	// bytes
	var buf bytes.Buffer
	buf.WriteString("hello\nworld\n")
	line, err := buf.ReadString('\n')
	p(line, err, buf.Len(), buf.String())
	_, err = buf.ReadBytes('z')
	p(err, buf.Len(), bytes.Equal([]byte("a"), []byte("a")), bytes.ToUpper([]byte("abc")))
	// bufio
	sc := bufio.NewScanner(strings.NewReader("one two\r\nthree\n\nfour"))
	for sc.Scan() {
		p(strconv.Quote(sc.Text()))
	}
	sc = bufio.NewScanner(strings.NewReader(" one  two\nthree "))
	sc.Split(bufio.ScanWords)
	for sc.Scan() {
		p(sc.Text())
	}
	br := bufio.NewReader(strings.NewReader("ab\ncd"))
	c, _ := br.ReadByte()
	br.UnreadByte()
	l1, e1 := br.ReadString('\n')
	l2, e2 := br.ReadString('\n')
	p(c, l1, e1, l2, e2)
	data, err := io.ReadAll(io.LimitReader(strings.NewReader("abcdefgh"), 5))
	p(string(data), err)
	// errors and os
	_, err = os.Open("/nonexistent/file")
	p(err, errors.Is(err, os.ErrNotExist), os.IsNotExist(err))
	var pe *fs.PathError
	p(errors.As(err, &pe), pe.Op, pe.Path)
	// math
	for _, x := range []float64{0.1, 0.5, 1, 2, 3.7, 10, 100.25, -0.3, -2.5, 1e-5, 12345.678} {
		p(math.Sqrt(x), math.Exp(x), math.Log(x), math.Log2(x), math.Log10(x), math.Pow(x, 2.5), math.Pow(x, 3), math.Pow(2, x))
		p(math.Sin(x), math.Cos(x), math.Tan(x), math.Atan(x), math.Asin(x/20000), math.Acos(x/20000), math.Atan2(x, 2), math.Hypot(x, 3))
		p(math.Floor(x), math.Ceil(x), math.Round(x), math.Trunc(x), math.Mod(x, 3), math.Cbrt(x), math.Exp2(x/10), math.Tanh(x/10))
		p(math.Modf(x))
		p(math.Frexp(x))
		p(math.Sinh(x/20), math.Cosh(x/20), math.Log1p(math.Abs(x)), math.Expm1(x/20), math.Erf(x), math.Max(x, 1), math.Min(x, 1), math.RoundToEven(x))
	}
	p(math.Inf(-1), math.MaxInt64, math.Pi, math.Gamma(5), math.Float64bits(1.5))
	// rand
	for _, seed := range []int64{0, 1, 42, -7, 1 << 40} {
		g := rand.New(rand.NewSource(seed))
		p(g.Int63(), g.Intn(100), g.Int31n(10), g.Float64(), g.Perm(7), g.NormFloat64(), g.ExpFloat64(), g.Uint32(), g.Int63n(1e12), g.Float32(), g.Uint64(), g.Int())
		xs := []int{1, 2, 3, 4, 5, 6}
		g.Shuffle(len(xs), func(i, j int) { xs[i], xs[j] = xs[j], xs[i] })
		p(xs)
		sum := 0.0
		for i := 0; i < 3000; i++ {
			sum += g.NormFloat64() + g.ExpFloat64()
		}
		p(sum)
	}
	g2 := randv2.New(randv2.NewPCG(1, 2))
	p(g2.Uint64(), g2.IntN(10), g2.IntN(1000), g2.Float64(), g2.Perm(6), g2.Int64N(1<<40), g2.Uint32N(77), g2.NormFloat64(), g2.ExpFloat64(), g2.Float32(), g2.Int32())
	// sort, slices, container
	xs := []int{5, 2, 8, 1}
	sort.Ints(xs)
	p(xs, sort.SearchInts(xs, 5))
	sort.Sort(sort.Reverse(sort.IntSlice(xs)))
	p(xs)
	ss := []string{"b", "a"}
	sort.Slice(ss, func(i, j int) bool { return ss[i] < ss[j] })
	p(ss, slices.Contains(ss, "a"), slices.Index(ss, "b"), slices.Max(xs))
	h := &IntHeap{5, 2, 8}
	heap.Init(h)
	heap.Push(h, 3)
	for h.Len() > 0 {
		fmt.Print(heap.Pop(h), " ")
	}
	p()
	l := list.New()
	e4 := l.PushBack(4)
	l.PushFront(1)
	l.InsertBefore(3, e4)
	l.MoveToFront(e4)
	for e := l.Front(); e != nil; e = e.Next() {
		fmt.Print(e.Value, " ")
	}
	p(l.Len())
	// the order of equal elements
	for _, n := range []int{10, 13, 40, 60, 100, 1000, 5000} {
		for _, mod := range []int{1, 3, 10, 100000} {
			for kind := 0; kind < 4; kind++ {
				v := make([]int, n)
				for i := range v {
					x := (i*7919 + i*i*31) % 10007
					switch kind {
					case 1:
						x = i
					case 2:
						x = n - i
					case 3:
						x = i % 17 * 100
					}
					v[i] = x%mod*1000000 + i
				}
				w := slices.Clone(v)
				sort.Slice(v, func(i, j int) bool { return v[i]/1000000 < v[j]/1000000 })
				slices.SortFunc(w, func(a, b int) int { return a/1000000 - b/1000000 })
				h := 0
				for i := range v {
					h = (h*31 + v[i]) % 1000003
				}
				p(n, mod, kind, h, slices.Equal(v, w))
			}
		}
	}
	// hashes and encodings
	hh := fnv.New32a()
	hh.Write([]byte("hello"))
	h64 := fnv.New64a()
	h64.Write([]byte("hello"))
	p(hh.Sum32(), h64.Sum64(), crc32.ChecksumIEEE([]byte("hello")))
	fmt.Printf("%x %x %x\n", sha256.Sum256([]byte("hello")), sha1.Sum([]byte("hello")), md5.Sum([]byte("hello")))
	p(hex.EncodeToString([]byte("hi\xff")), base64.StdEncoding.EncodeToString([]byte("hello?>")), base64.RawURLEncoding.EncodeToString([]byte("hello?>")))
	d, err := hex.DecodeString("6g")
	p(d, err)
	d, err = base64.StdEncoding.DecodeString("aGVsbG8/Pg==")
	p(string(d), err)
	_, err = base64.StdEncoding.DecodeString("aGVsb=")
	p(err)
	bb := make([]byte, 8)
	binary.LittleEndian.PutUint32(bb, 0x01020304)
	binary.BigEndian.PutUint16(bb[4:], 0x0506)
	p(bb, binary.BigEndian.Uint64(bb), binary.PutVarint(bb, -300), bb)
	// paths
	for _, s := range []string{"/a/b/../c", "", "a//b/.", "../x", "/..", "a/b.txt/", "x.tar.gz"} {
		p(path.Clean(s), path.Base(s), path.Dir(s), path.Ext(s), path.IsAbs(s), filepath.Join("r", s, "t"))
	}
	for _, pat := range []string{"*.go", "a?c", "[a-c]*", "[", "a\\*b", "*", "[^a]bc"} {
		for _, n := range []string{"x.go", "abc", "a*b", "d/e"} {
			m, err := path.Match(pat, n)
			p(m, err)
		}
	}
	// time
	t := time.Date(2023, time.March, 5, 7, 8, 9, 123456789, time.UTC)
	for _, f := range []string{time.RFC3339Nano, time.ANSIC, time.Kitchen, time.RFC1123Z, "Jan _2 06 03:04PM .000 .999 __2 002 Z07", "2006-01-02T15:04:05,000", "Monday January 2"} {
		p(t.Format(f))
	}
	for _, s := range []string{"2023-03-05T07:08:09Z", "2023-02-30T07:08:09Z", "2023-03-05T07:08:09.5Z", "nope", "2023-03-05T25:08:09Z", "2023-03-05T07:08:09Zx"} {
		tt, err := time.Parse(time.RFC3339, s)
		p(tt.UnixNano() > 0, err)
	}
	tt, err := time.Parse("Jan 2, 2006 at 3:04pm (MST)", "Feb 3, 2013 at 7:54pm (UTC)")
	p(tt, err)
	for _, s := range []string{"1h15m30.918s", "-1.5h", "10us", "", "3", "1x", ".5s"} {
		d, err := time.ParseDuration(s)
		p(d, err)
	}
	// tabwriter
	tw := tabwriter.NewWriter(os.Stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "a\tbbb\tc")
	fmt.Fprintln(tw, "aaaa\tb\tccccc")
	fmt.Fprintln(tw)
	fmt.Fprintln(tw, "x\ty")
	tw.Flush()
	tw = tabwriter.NewWriter(os.Stdout, 5, 0, 1, '.', tabwriter.AlignRight|tabwriter.Debug)
	fmt.Fprintln(tw, "a\tbbb\tc\t")
	fmt.Fprint(tw, "aaaa\tb\tccccc\t")
	tw.Flush()
	p()
	// flags
	for _, args := range [][]string{{"-n", "5", "--name=x", "-v", "-d", "2s", "rest", "-n"}, {"-n", "x"}, {"-zz"}, {"-name"}, {"-v=maybe"}, {"-h"}, {"-f", "1.5", "--", "-n"}} {
		var out bytes.Buffer
		fl := flag.NewFlagSet("prog", flag.ContinueOnError)
		fl.SetOutput(&out)
		n := fl.Int("n", 3, "the `count` of things")
		name := fl.String("name", "anon", "a name")
		v := fl.Bool("v", false, "verbose")
		d := fl.Duration("d", time.Second, "how long")
		f := fl.Float64("f", 0, "factor")
		err := fl.Parse(args)
		p(err, *n, *name, *v, *d, *f, fl.Args(), fl.NFlag())
		p(out.String())
	}
	// scanning
	var i1, i2 int
	var s1 string
	var f1 float64
	n, err := fmt.Sscanf("7-abc 2.5", "%d-%s %f", &i1, &s1, &f1)
	p(n, err, i1, s1, f1)
	n, err = fmt.Sscan("10 20 xyz", &i1, &i2, &s1)
	p(n, err, i1, i2, s1)
	n, err = fmt.Sscan("10", &i1, &i2)
	p(n, err)
	n, err = fmt.Sscanf("x", "%d", &i1)
	p(n, err)
}

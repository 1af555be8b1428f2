package gen_test

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// checkGo requires that a client is formatted, compiles, and has nothing but methods
// of Client for n events, types and constants before the runtime.
func checkGo(t testing.TB, source []byte, n int) {
	t.Helper()
	formatted, err := format.Source(source)
	require.NoError(t, err)
	require.Equal(t, string(formatted), string(source), "it is not as gofmt would write it")
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, "client.go", source, parser.SkipObjectResolution)
	require.NoError(t, err)
	library, err := standardLibrary()
	require.NoError(t, err)
	conf := types.Config{Importer: library}
	_, err = conf.Check("client", set, []*ast.File{file}, nil)
	require.NoError(t, err)

	methods := 0
	for _, d := range file.Decls[1:] {
		f, isFunc := d.(*ast.FuncDecl)
		if !isFunc {
			if isClient(d) {
				break // the runtime begins
			}
			require.Contains(t, []token.Token{token.TYPE, token.CONST}, d.(*ast.GenDecl).Tok)
			continue
		}
		methods++
		require.Len(t, f.Body.List, 1)
		require.IsType(t, &ast.ReturnStmt{}, f.Body.List[0])
	}
	require.Equal(t, n, methods, "there is not one method for each event")
}

func isClient(d ast.Decl) bool {
	spec, ok := d.(*ast.GenDecl).Specs[0].(*ast.TypeSpec)
	return ok && spec.Name.Name == "Client"
}

// standardLibrary imports the compiled packages of the standard library.
var standardLibrary = sync.OnceValues(func() (types.Importer, error) {
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}}={{.Export}}", "net/http", "encoding/json").Output()
	files := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), "=")
		files[path] = file
	}
	return importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) { return os.Open(files[path]) }), err
})

// typeTS is what the types of a module are made of: names, punctuation and strings.
const typeTS = `(?:[\p{L}\p{Nd}_]+|[ |\[\]{}():;.-]|"(?:[^"\\]|\\["\\]|\\u\{[0-9a-f]+\})*")+`

// linesTS are all lines that a module may have outside its comments.
var linesTS = regexp.MustCompile(`^(?:|\}|  \}|export class Client \{|  readonly #(?:endpoint: string|options: ClientOptions);|` +
	`  constructor\(endpoint: string, options: ClientOptions = \{\}\) \{|    this\.#(?:endpoint = endpoint|options = options);|` +
	`  [\p{L}][\p{L}\p{Nd}_]*\(request: ` + typeTS + `(?: = \{\})?, options: CallOptions = \{\}\): Promise<` + typeTS + `> \{|` +
	`    return call\(this\.#endpoint, this\.#options, "(?:[^"\\]|\\["\\]|\\u\{[0-9a-f]+\})*", [0-9]+, request, options\);|` +
	`export interface [\p{L}\p{Nd}_]+ \{|  (?:[A-Za-z0-9_$]+|"(?:[^"\\]|\\["\\]|\\u\{[0-9a-f]+\})*")\??: ` + typeTS + `;|  \[key: string\]: unknown;|` +
	`export type [\p{L}\p{Nd}_]+ = ` + typeTS + `;)$`)

var commentLineTS = regexp.MustCompile(`^ *(?:/\*\* (.*) \*/|/\*\*| \*(?: .*)?| \*/)$`)

// checkTypeScript requires that each line of a module, up to the runtime, is one that
// the generator writes.
func checkTypeScript(t testing.TB, source []byte) {
	t.Helper()
	generated, _, found := bytes.Cut(source, []byte("\n/** How a client sends events."))
	require.True(t, found)
	inComment := false
	for i, line := range strings.Split(string(generated), "\n") {
		switch {
		case i < 2:
			require.True(t, strings.HasPrefix(line, "// "), line)
		case inComment || strings.HasPrefix(strings.TrimSpace(line), "/**"):
			require.Regexp(t, commentLineTS, line)
			inComment = !strings.HasSuffix(line, "*/")
			require.Equal(t, strings.HasSuffix(line, "*/"), strings.Contains(line, "*/"), line)
			require.LessOrEqual(t, strings.Count(line, "*/"), 1, line)
		default:
			require.Regexp(t, linesTS, line)
		}
	}
	require.False(t, inComment)
}

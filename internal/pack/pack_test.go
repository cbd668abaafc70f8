package pack

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, folder string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func TestZipIsReproducibleAndRunnable(t *testing.T) {
	t.Chdir(t.TempDir())
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	files := map[string]string{"plugin.json": `{"info":{"version":"1.2.3"}}`, "gpx_x_linux_amd64": "binary", "img/logo.svg": "<svg/>"}
	var contents [2][]byte
	for i := range contents {
		dist := write(t, t.TempDir(), files)
		if err := os.Chtimes(filepath.Join(dist, "plugin.json"), at, at.Add(time.Duration(i)*time.Hour)); err != nil {
			t.Fatal(err)
		}
		name, err := Zip(dist, "x", at)
		if err != nil || name != "x-1.2.3.zip" {
			t.Fatal(name, err)
		}
		if contents[i], err = os.ReadFile(name); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(contents[0], contents[1]) {
		t.Error("two builds of one commit differ")
	}
	archive, err := zip.NewReader(bytes.NewReader(contents[0]), int64(len(contents[0])))
	if err != nil {
		t.Fatal(err)
	}
	modes := map[string]os.FileMode{}
	for _, f := range archive.File {
		modes[f.Name] = f.Mode().Perm()
	}
	if len(modes) != 3 || modes["x/gpx_x_linux_amd64"] != 0o755 || modes["x/img/logo.svg"] != 0o644 {
		t.Error(modes)
	}
	if err := Sums("x-1.2.3.zip"); err != nil {
		t.Fatal(err)
	}
	if sum, err := os.ReadFile("x-1.2.3.zip.sha1"); err != nil || !strings.HasSuffix(string(sum), "  x-1.2.3.zip\n") || len(sum) != 40+2+len("x-1.2.3.zip\n") {
		t.Errorf("%s %v", sum, err)
	}
}

func TestCheckLicences(t *testing.T) {
	for text, want := range map[string]string{
		`{"components":[{"name":"a","evidence":{"licenses":[{"license":{"id":"MIT"}}]}}]}`:       "",
		`{"components":[{"name":"a","version":"1","licenses":[{"license":{"id":"AGPL-3.0"}}]}]}`: "a 1",
		`{"components":[{"name":"b","version":"2"}]}`:                                            "b 2",
	} {
		list := filepath.Join(write(t, t.TempDir(), map[string]string{"list.json": text}), "list.json")
		if err := CheckLicences(list); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestNpmPackages(t *testing.T) {
	text := `{"sources":["webpack://x/./module.ts","webpack://x/./node_modules/@a/b/dist/c.js","webpack://x/./node_modules/@a/b/d.js","node_modules/made-up.js","webpack:///y/z"]}`
	found, err := npmPackages(filepath.Join(write(t, t.TempDir(), map[string]string{"map": text}), "map"))
	if err != nil || len(found) != 1 || found[0].name != "@a/b" {
		t.Error(found, err)
	}
}

func TestComponentWithoutLicence(t *testing.T) {
	folder := write(t, t.TempDir(), map[string]string{"README": "x"})
	if err := (component{"x", folder}).write(&strings.Builder{}); err == nil {
		t.Error("no error")
	}
}

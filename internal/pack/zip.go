// Package pack makes what a release consists of: the zip that people install, its checksums, the list of its components
// and their licences. The same commit gives the same bytes.
package pack

import (
	"archive/zip"
	"crypto/sha1" //nolint:gosec // the catalogue's form asks for it
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// Zip writes id-version.zip as the catalogue wants it: one folder named like the plugin, executables executable. The version
// is that of the built manifest. Every file has the time of the commit, so that two builds of it have one checksum.
func Zip(dist, id string, at time.Time) (name string, err error) {
	text, err := os.ReadFile(filepath.Join(dist, "plugin.json")) //nolint:gosec // the build's own folder
	if err != nil {
		return "", err
	}
	var manifest struct {
		Info struct{ Version string }
	}
	if err := json.Unmarshal(text, &manifest); err != nil {
		return "", err
	}
	name = id + "-" + manifest.Info.Version + ".zip"
	file, err := os.Create(name) //nolint:gosec // named by the manifest
	if err != nil {
		return "", err
	}
	archive := zip.NewWriter(file)
	add := func(p string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		return addFile(archive, filepath.Join(dist, p), path.Join(id, p), at)
	}
	return name, errors.Join(fs.WalkDir(os.DirFS(dist), ".", add), archive.Close(), file.Close())
}

func addFile(archive *zip.Writer, from, to string, at time.Time) error {
	header := &zip.FileHeader{Name: to, Method: zip.Deflate, Modified: at.UTC()}
	header.SetMode(0o644)
	if strings.HasPrefix(path.Base(to), "gpx_") { // whatever the umask was
		header.SetMode(0o755)
	}
	writer, err := archive.CreateHeader(header)
	if err != nil {
		return err
	}
	file, err := os.Open(from) //nolint:gosec // the build's own folder
	if err != nil {
		return err
	}
	_, err = io.Copy(writer, file)
	return errors.Join(err, file.Close())
}

// Sums writes the checksums of a file beside it: .sha1, which the catalogue's form asks for, and .sha256, each as the
// programs of that name read them.
func Sums(name string) error {
	content, err := os.ReadFile(name) //nolint:gosec // the zip that was just made
	if err != nil {
		return err
	}
	for ending, sum := range map[string]hash.Hash{".sha1": sha1.New(), ".sha256": sha256.New()} { //nolint:gosec // see above
		sum.Write(content)
		line := hex.EncodeToString(sum.Sum(nil)) + "  " + filepath.Base(name) + "\n"
		if err := os.WriteFile(name+ending, []byte(line), 0o644); err != nil { //nolint:gosec // published
			return err
		}
	}
	return nil
}

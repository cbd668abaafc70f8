package pack

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// licenceFile matches the files in which authors state the licence, and notices that must go with it.
var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice)([-.].*)?$`)

// bundled matches the npm packages in the paths of a source map.
var bundled = regexp.MustCompile(`node_modules/((?:@[^/\n]+/)?[^/\n]+)/`)

// Licences writes the licence texts of everything that the package contains: the modules linked into the binary, and the npm
// packages in the bundle. It fails where one has none.
func Licences(dist, binary string) error {
	folders, err := modules(filepath.Join(dist, binary))
	if err != nil {
		return err
	}
	packages, err := npmPackages(filepath.Join(dist, "module.js.map"))
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, c := range append(folders, packages...) {
		if err := c.write(&text); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(dist, "THIRD_PARTY_LICENSES.txt"), []byte(text.String()), 0o600)
}

// component is a package of somebody else, and the folder of its sources.
type component struct{ name, folder string }

func (c component) write(to *strings.Builder) error {
	entries, err := os.ReadDir(c.folder)
	if err != nil {
		return err
	}
	found := false
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		content, err := os.ReadFile(filepath.Join(c.folder, entry.Name()))
		if err != nil {
			return err
		}
		found = true
		fmt.Fprintf(to, "%s\n%s (%s)\n\n%s\n", strings.Repeat("=", 80), c.name, entry.Name(), content)
	}
	if !found {
		return fmt.Errorf("%s has no licence file in %s", c.name, c.folder)
	}
	return nil
}

func modules(binary string) ([]component, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	found := make([]component, 0, len(info.Deps))
	for _, module := range info.Deps {
		folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module.Path).Output() //nolint:gosec // read off our own binary
		if err != nil {
			return nil, errors.Join(fmt.Errorf("find the sources of %s", module.Path), err)
		}
		found = append(found, component{module.Path + " " + module.Version, strings.TrimSpace(string(folder))})
	}
	return found, nil
}

func npmPackages(sourceMap string) ([]component, error) {
	text, err := os.ReadFile(sourceMap) //nolint:gosec // the build's own folder
	if err != nil {
		return nil, err
	}
	var sources struct{ Sources []string }
	if err := json.Unmarshal(text, &sources); err != nil {
		return nil, err
	}
	var found []component
	for _, match := range bundled.FindAllStringSubmatch(strings.Join(sources.Sources, "\n"), -1) {
		c := component{match[1], filepath.Join("node_modules", match[1])}
		if !slices.Contains(found, c) {
			found = append(found, c)
		}
	}
	return found, nil
}

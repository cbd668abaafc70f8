package postgres

import (
	"net/netip"
	"strconv"
	"strings"
)

// The text of the host field is in none of these: people paste passwords into it, and the sentence is for everybody
// who sees a panel.
var (
	errNoHost   = &errSetting{"The data source has a PostgreSQL section without a host."}
	errMoreHost = &errSetting{"The PostgreSQL host field holds more than a host, such as a user, a password or a whole connection string. " +
		"Enter host or host:port there, and put user, password and database into their own fields."}
	errHost = &errSetting{"The PostgreSQL host is neither host, host:port, [IPv6]:port nor the folder of a socket."}
)

// endpoint splits host, host:port, [IPv6]:port or folder[:port].
func endpoint(text string) (string, uint16, error) {
	text = strings.TrimSpace(text)
	folder := strings.HasPrefix(text, "/")
	switch {
	case text == "":
		return "", 0, errNoHost
	case !folder && strings.ContainsAny(text, "@=/? \t\r\n"):
		return "", 0, errMoreHost
	case isIPv6(text):
		return text, defaultPort, nil
	case strings.HasPrefix(text, "["):
		host, rest, _ := strings.Cut(text[1:], "]")
		if !isIPv6(host) {
			return "", 0, errHost
		}
		return withPort(host, rest)
	}
	host, at := text, strings.LastIndex(text, ":")
	if at >= 0 {
		host = text[:at]
	}
	if host == "" || !folder && strings.ContainsAny(host, "[]:") {
		return "", 0, errHost
	}
	return withPort(host, text[len(host):])
}

func isIPv6(text string) bool {
	address, err := netip.ParseAddr(text)
	return err == nil && address.Is6()
}

// withPort reads what follows the host: nothing, or a colon and a number.
func withPort(host, rest string) (string, uint16, error) {
	if rest == "" {
		return host, defaultPort, nil
	}
	number, colon := strings.CutPrefix(rest, ":")
	port, err := strconv.ParseUint(number, 10, 16)
	if !colon || err != nil || port == 0 {
		return "", 0, errHost
	}
	return host, uint16(port), nil
}

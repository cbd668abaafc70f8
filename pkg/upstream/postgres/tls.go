package postgres

import (
	"crypto/tls"
	"crypto/x509"
	"net/netip"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// requireAuth are the ways to sign in that the server may ask for, as libpq's setting of this name has them. Whoever
// answers in place of the server could ask for the password in clear text, so that is sent only to a server whose
// certificate is verified, or on this machine. All other ways never show the password: SCRAM and MD5, a certificate,
// or none at all (trust, peer).
func requireAuth(t *tls.Config, local bool) string {
	verified := t != nil && (!t.InsecureSkipVerify || t.VerifyConnection != nil)
	if verified || local {
		return ""
	}
	return "!password"
}

func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// tlsConfig is nil where TLS is off. Certificates stay in memory.
func tlsConfig(c settings.Postgres, host string) (*tls.Config, error) {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: host}
	mode := c.SSLMode
	if mode == "require" {
		if c.CACert != "" {
			mode = "verify-ca"
		}
	}
	switch mode {
	case "disable":
		return nil, nil
	case "require":
		t.InsecureSkipVerify = true //nolint:gosec // the mode's meaning: encrypted, server not verified
	case "verify-ca":
		t.InsecureSkipVerify = true //nolint:gosec // verified below, without the host name
		t.VerifyConnection = func(state tls.ConnectionState) error { return verifyAuthority(state, t.RootCAs) }
	case "verify-full":
	default:
		return nil, &errSetting{"The PostgreSQL TLS mode is not one of disable, require, verify-ca and verify-full."}
	}
	if c.CACert != "" {
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM([]byte(c.CACert)) {
			return nil, &errSetting{"The PostgreSQL CA certificate is not a certificate in PEM form."}
		}
	}
	if c.ClientCert != "" || c.ClientKey != "" {
		pair, err := tls.X509KeyPair([]byte(c.ClientCert), []byte(c.ClientKey))
		if err != nil {
			return nil, &errSetting{"The PostgreSQL client certificate and client key are not a pair in PEM form; both are needed."}
		}
		t.Certificates = []tls.Certificate{pair}
	}
	return t, nil
}

// verifyAuthority is verify-ca: a trusted authority signed the certificate, for whatever host. It runs on resumed
// connections too.
func verifyAuthority(state tls.ConnectionState, roots *x509.CertPool) error {
	options := x509.VerifyOptions{Roots: roots, Intermediates: x509.NewCertPool()}
	for _, certificate := range state.PeerCertificates[1:] {
		options.Intermediates.AddCert(certificate)
	}
	_, err := state.PeerCertificates[0].Verify(options)
	if err != nil {
		return &tls.CertificateVerificationError{UnverifiedCertificates: state.PeerCertificates, Err: err}
	}
	return nil
}

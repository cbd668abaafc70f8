package postgres

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/matrix-insight/synapse-datasource/pkg/settings"
)

// authority signs certificates, in memory.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pem  string
}

func newAuthority(t *testing.T) authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return authority{cert, key, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))}
}

// issue makes a certificate for a host, as PEM.
func (a authority) issue(t *testing.T, host string) (cert, key []byte) {
	t.Helper()
	own, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: []string{host}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &own.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(own)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
}

func TestModes(t *testing.T) {
	ours, theirs := newAuthority(t), newAuthority(t)
	for name, c := range map[string]struct {
		mode, ca, host string
		signer         authority
		fine           bool
	}{
		"require takes any":              {"require", "", "db", theirs, true},
		"require with a CA verifies":     {"require", ours.pem, "db", theirs, false},
		"verify-ca, right":               {"verify-ca", ours.pem, "db", ours, true},
		"verify-ca, another host":        {"verify-ca", ours.pem, "other", ours, true},
		"verify-ca, another authority":   {"verify-ca", ours.pem, "db", theirs, false},
		"verify-ca, unknown authority":   {"verify-ca", "", "db", ours, false},
		"verify-full, right":             {"verify-full", ours.pem, "db", ours, true},
		"verify-full, another host":      {"verify-full", ours.pem, "other", ours, false},
		"verify-full, another authority": {"verify-full", ours.pem, "db", theirs, false},
	} {
		cert, key := c.signer.issue(t, "db")
		pair, err := tls.X509KeyPair(cert, key)
		if err != nil {
			t.Fatal(err)
		}
		config, err := tlsConfig(settings.Postgres{SSLMode: c.mode, CACert: settings.Secret(c.ca)}, c.host)
		if err != nil {
			t.Fatal(err)
		}
		here, there := net.Pipe()
		go func() { _ = tls.Server(there, &tls.Config{Certificates: []tls.Certificate{pair}}).Handshake() }()
		err = tls.Client(here, config).HandshakeContext(t.Context())
		if (err == nil) != c.fine {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && !isTLS(err) {
			t.Errorf("%s: %v is not known as a TLS failure", name, err)
		}
		_ = here.Close()
		_ = there.Close()
	}
}

func TestClientCertificate(t *testing.T) {
	cert, key := newAuthority(t).issue(t, "grafana")
	config, err := tlsConfig(settings.Postgres{SSLMode: "require", ClientCert: settings.Secret(cert), ClientKey: settings.Secret(key)}, "db")
	if err != nil || len(config.Certificates) != 1 {
		t.Errorf("%v", err)
	}
	for _, half := range []settings.Postgres{{ClientCert: settings.Secret(cert)}, {ClientKey: settings.Secret(key)}, {SSLMode: "prefer"}, {CACert: "x"}} {
		if _, err := tlsConfig(half, "db"); err == nil {
			t.Errorf("%q passes", half.SSLMode)
		}
	}
	if config, err := tlsConfig(settings.Postgres{SSLMode: "disable"}, "db"); config != nil || err != nil {
		t.Errorf("disable: %v, %v", config, err)
	}
}

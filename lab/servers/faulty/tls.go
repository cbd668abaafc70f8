package faulty

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// TLS serves a handler with the certificate that is put in: a good one, or one that no client should accept.
type TLS struct {
	URL string
	CA  string // PEM, what a client is told to trust
	// Good, OtherHost, Expired and OtherCA are its certificates.
	Good, OtherHost, Expired, OtherCA *tls.Certificate

	server  *http.Server
	present atomic.Pointer[tls.Certificate]
}

// NewTLS serves, with the good certificate at first.
func NewTLS(handler http.Handler) (*TLS, error) {
	ours, err := newAuthority()
	if err != nil {
		return nil, err
	}
	other, err := newAuthority()
	if err != nil {
		return nil, err
	}
	t := &TLS{CA: string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: ours.certificate.Raw}))}
	hour := time.Now().Add(time.Hour)
	for _, c := range []struct {
		into **tls.Certificate
		by   authority
		ip   net.IP
		ends time.Time
	}{
		{&t.Good, ours, net.IPv4(127, 0, 0, 1), hour}, {&t.OtherHost, ours, net.IPv4(192, 0, 2, 1), hour},
		{&t.Expired, ours, net.IPv4(127, 0, 0, 1), time.Now().Add(-time.Hour)}, {&t.OtherCA, other, net.IPv4(127, 0, 0, 1), hour},
	} {
		if *c.into, err = c.by.issue(c.ip, c.ends); err != nil {
			return nil, err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	t.URL = "https://" + listener.Addr().String()
	t.Present(t.Good)
	t.server = &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute, TLSConfig: &tls.Config{
		MinVersion:     tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return t.present.Load(), nil },
	}, ErrorLog: log.New(io.Discard, "", 0)} // clients that refuse are what it is for
	t.server.SetKeepAlivesEnabled(false)                    // each question meets the certificate of its time
	go func() { _ = t.server.ServeTLS(listener, "", "") }() // ends with Close
	return t, nil
}

// Present shows this certificate to whoever comes.
func (t *TLS) Present(certificate *tls.Certificate) { t.present.Store(certificate) }

// Close ends it.
func (t *TLS) Close() error { return t.server.Close() }

type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority() (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "the laboratory"}, NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	raw, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	certificate, err := x509.ParseCertificate(raw)
	return authority{certificate, key}, err
}

func (a authority) issue(ip net.IP, ends time.Time) (*tls.Certificate, error) {
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: ends.Add(-24 * time.Hour), NotAfter: ends, IPAddresses: []net.IP{ip}}
	raw, err := x509.CreateCertificate(rand.Reader, template, a.certificate, a.key.Public(), a.key)
	if err != nil {
		return nil, err
	}
	return &tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: a.key}, nil
}

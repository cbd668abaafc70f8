package synapse

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the admin API asks for HMAC-SHA1
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client speaks the client API for one user.
type Client struct {
	base   string
	token  string
	UserID string
}

// At is the same user, who asks another address.
func (c *Client) At(url string) *Client {
	other := *c
	other.base = url
	return &other
}

var httpClient = &http.Client{Timeout: 60 * time.Second}

// Do sends one request; in and out are JSON and may be nil.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return err
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := httpClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, tail(text, 300))
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

// path joins the parts of a path, each escaped.
func path(parts ...string) string {
	escaped := make([]string, len(parts))
	for i, part := range parts {
		escaped[i] = url.PathEscape(part)
	}
	return "/_matrix/client/v3/" + strings.Join(escaped, "/")
}

// register makes a user through the admin API that trusts the shared secret.
func (s *Server) register(ctx context.Context, name string, admin bool) (*Client, error) {
	const address = "/_synapse/admin/v1/register"
	client := &Client{base: s.ClientURL}
	var nonce struct{ Nonce string }
	if err := client.Do(ctx, http.MethodGet, address, nil, &nonce); err != nil {
		return nil, err
	}
	role := "notadmin"
	if admin {
		role = "admin"
	}
	mac := hmac.New(sha1.New, []byte(s.secret))
	fmt.Fprintf(mac, "%s\x00%s\x00%s\x00%s", nonce.Nonce, name, name, role)
	var account struct {
		Token  string `json:"access_token"`
		UserID string `json:"user_id"`
	}
	err := client.Do(ctx, http.MethodPost, address, map[string]any{
		"nonce": nonce.Nonce, "username": name, "password": name, "admin": admin, "mac": hex.EncodeToString(mac.Sum(nil)),
	}, &account)
	if err != nil {
		return nil, err
	}
	client.token, client.UserID = account.Token, account.UserID
	return client, nil
}

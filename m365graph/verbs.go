package m365graph

import (
	"context"
	"net/http"
)

// Get reads a resource.
func Get[T any](ctx context.Context, c *Client, path Path, q *Query) (*T, error) {
	return doFor[T](ctx, c, &Request{Method: http.MethodGet, Path: path, Query: q})
}

// Post creates a resource, or calls an action that answers with one. If the
// outcome is unknown the error matches [ErrAmbiguous] and nothing is sent again.
func Post[T any](ctx context.Context, c *Client, path Path, body any) (*T, error) {
	return doFor[T](ctx, c, &Request{Method: http.MethodPost, Path: path, Body: body})
}

// Patch changes the properties that body names. With a non-empty eTag it does so
// only if the resource still has it, and fails with [ErrPrecondition] otherwise.
// Where Graph answers a write with nothing (204), the result is a zero T.
func Patch[T any](ctx context.Context, c *Client, path Path, body any, eTag string) (*T, error) {
	return doFor[T](ctx, c, &Request{Method: http.MethodPatch, Path: path, Body: body, IfMatch: eTag})
}

// Delete removes a resource, only if it still has the eTag where one is given.
func Delete(ctx context.Context, c *Client, path Path, eTag string) error {
	_, err := c.Do(ctx, &Request{Method: http.MethodDelete, Path: path, IfMatch: eTag})
	return err
}

// Action calls an action that answers with nothing, such as sendMail.
func Action(ctx context.Context, c *Client, path Path, body any, safety Safety) error {
	_, err := c.Do(ctx, &Request{Method: http.MethodPost, Path: path, Body: body, Safety: safety})
	return err
}

func doFor[T any](ctx context.Context, c *Client, req *Request) (*T, error) {
	resp, err := c.Do(ctx, req)
	if err != nil {
		return nil, err
	}
	v := new(T)
	if len(resp.Body) == 0 && req.Method != http.MethodGet {
		return v, nil
	}
	err = resp.Decode(v)
	switch {
	case err == nil:
		return v, nil
	case req.Method != http.MethodGet: // it was done, and what came of it is unknown
		return nil, ambiguous(req.Method, req.Path.String(), err)
	}
	return nil, err
}

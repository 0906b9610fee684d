// Package httpapi is the one HTTP face of the rooms: it decodes, authorises through the room it calls, and encodes.
//
// Each file registers the operations of one area on one huma API, whose types are the contract: OpenAPI 3.1, the TypeScript types of the web and the
// validation all come from them. It refuses rules: a handler calls one method of one room. Begin reading in api.go, then desk.go.
package httpapi

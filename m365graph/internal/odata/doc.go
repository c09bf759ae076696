// Package odata reads the query languages of Microsoft Graph: $filter,
// $orderby and $search. It knows no resource: a [Types] tells which properties
// there are when an expression is parsed, and a [Source] gives their values
// when it is evaluated.
//
// Errors carry the words of Graph's OData library, and positions count bytes
// from 0.
//
// See https://learn.microsoft.com/graph/filter-query-parameter and
// https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html,
// 5.1.1.
package odata

package graphtest

import (
	"fmt"
	"net/http"
)

// code is an error code of Graph, as it stands in error.code.
type code string

// Codes by who answers: the gateway, the directory, Exchange, OneDrive, Teams. See
// https://learn.microsoft.com/graph/errors.
const (
	codeBadRequest       code = "BadRequest"
	codeInvalidToken     code = "InvalidAuthenticationToken"
	codeUnknownError     code = "UnknownError"
	codeTooManyRequests  code = "TooManyRequests"
	codeAppThrottled     code = "ApplicationThrottled"
	codeActivityLimit    code = "activityLimitReached"
	codeUnavailable      code = "ServiceUnavailable"
	codeGeneral          code = "generalException"
	codeGatewayTimeout   code = "GatewayTimeout"
	codePayloadTooLarge  code = "RequestEntityTooLarge"
	codeUnsupportedMedia code = "UnsupportedMediaType"
	codeParseURI         code = "RequestBroker--ParseUri"
	codeDependency       code = "FailedDependency"

	codeRequestBad      code = "Request_BadRequest"
	codeRequestNotFound code = "Request_ResourceNotFound"
	codeRequestQuery    code = "Request_UnsupportedQuery"
	codeRequestDenied   code = "Authorization_RequestDenied"
	codeImageNotFound   code = "ImageNotFound"

	codeSubscription     code = "InvalidRequest"
	codeSubscriptionLife code = "ExtensionError"
	codeSubscriptionGone code = "ResourceNotFound"
	codeValidation       code = "ValidationError"
	codeSubscriptionTwin code = "ObjectIdentifierInUse"

	codeResync    code = "resyncRequired"
	codeSyncState code = "SyncStateNotFound"

	codeAccessDenied     code = "ErrorAccessDenied"
	codeItemNotFound     code = "ErrorItemNotFound"
	codeMalformedID      code = "ErrorInvalidIdMalformed"
	codeInvalidUser      code = "ErrorInvalidUser"
	codeInvalidRequest   code = "ErrorInvalidRequest"
	codeInvalidRecipient code = "ErrorInvalidRecipients"
	codeInvalidProperty  code = "ErrorInvalidPropertySet"
	codeMissingArgument  code = "ErrorMissingArgument"
	codeInefficient      code = "InefficientFilter"
	codeSearchFilter     code = "SearchWithFilter"
	codeSearchOrder      code = "SearchWithOrderBy"
	codeSearchSkip       code = "SearchWithSkip"
	codeSearchCount      code = "SearchWithCount"
	codeRequestBody      code = "RequestBodyRead"
	codeSendAsDenied     code = "ErrorSendAsDenied"
	codeIrresolvable     code = "ErrorIrresolvableConflict"
	codeAttachmentSmall  code = "ErrorAttachmentSizeShouldNotBeLessThanMinimumSize"
	codeMessageSize      code = "ErrorMessageSizeExceeded"
	codeHeader           code = "InvalidInternetMessageHeader"
	codeHeaders          code = "InvalidInternetMessageHeaderCollection"
	codeMIMEBase64       code = "ErrorMimeContentInvalidBase64String"
	codeMIMEInvalid      code = "ErrorMimeContentInvalid"
	codeFolderExists     code = "ErrorFolderExists"
	codeDistinguished    code = "ErrorDeleteDistinguishedFolder"
	codeMoveFailed       code = "ErrorMoveCopyFailed"
	codeArgument         code = "ErrorInvalidArgument"

	codeDriveDenied      code = "accessDenied"
	codeDriveNotFound    code = "itemNotFound"
	codeDriveBad         code = "invalidRequest"
	codeNameExists       code = "nameAlreadyExists"
	codeInvalidRange     code = "invalidRange"
	codeNotSupported     code = "notSupported"
	codeQuota            code = "quotaLimitReached"
	codePrecondition     code = "resourceModified"
	codeUnauthenticated  code = "unauthenticated"
	codeSessionNameTaken code = "upload_name_conflict"
	codeLocked           code = "resourceLocked"
	codeMalware          code = "malwareDetected"
	codeNotAcceptable    code = "notAcceptable"

	codeForbidden          code = "Forbidden"
	codeNotFound           code = "NotFound"
	codeUnauthorized       code = "Unauthorized"
	codePreconditionFailed code = "PreconditionFailed"
	codeTeamsConflict      code = "Conflict"
)

// codes gives each code its status, and the words Graph uses when a handler
// has none of its own.
var codes = map[code]struct {
	status  int
	message string
}{
	codeBadRequest:       {http.StatusBadRequest, "The request is invalid."},
	codeInvalidToken:     {http.StatusUnauthorized, "Access token is empty."},
	codeUnknownError:     {http.StatusInternalServerError, ""},
	codeTooManyRequests:  {http.StatusTooManyRequests, "Too many requests."},
	codeAppThrottled:     {http.StatusTooManyRequests, "Application is over its limit."},
	codeActivityLimit:    {http.StatusTooManyRequests, "The app or user has been throttled."},
	codeUnavailable:      {http.StatusServiceUnavailable, "The service is temporarily unavailable."},
	codeGeneral:          {http.StatusInternalServerError, "General exception while processing."},
	codeGatewayTimeout:   {http.StatusGatewayTimeout, "The request timed out."},
	codePayloadTooLarge:  {http.StatusRequestEntityTooLarge, "The request body is too large."},
	codeUnsupportedMedia: {http.StatusUnsupportedMediaType, "The content type of the request is not supported."},
	codeParseURI:         {http.StatusBadRequest, "The query specified in the URI is not valid."},
	codeDependency:       {http.StatusFailedDependency, "A request that this one depends on failed."},

	codeRequestBad:      {http.StatusBadRequest, "Invalid request."},
	codeRequestNotFound: {http.StatusNotFound, "Resource does not exist or one of its queried reference-property objects are not present."},
	codeRequestQuery:    {http.StatusBadRequest, "The specified filter to the reference property query is currently not supported."},
	codeImageNotFound:   {http.StatusNotFound, "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown."},
	codeRequestDenied:   {http.StatusForbidden, "Insufficient privileges to complete the operation."},

	codeSubscription:     {http.StatusBadRequest, "The request is invalid."},
	codeSubscriptionLife: {http.StatusBadRequest, "The operation could not be carried out."},
	codeSubscriptionGone: {http.StatusNotFound, "The object was not found."},
	codeValidation:       {http.StatusBadRequest, "Subscription validation request failed."},
	codeSubscriptionTwin: {http.StatusConflict, "A subscription already exists for the requested combination."},

	codeResync:    {http.StatusGone, "Resync required. Replace any local items with the server's version (including deletes) if you're sure that the service was up to date with your local changes when you last sync'd. Upload any local changes that the server doesn't know about."},
	codeSyncState: {http.StatusGone, "The sync state generation is not found; continue from an initial sync."},

	codeAccessDenied:     {http.StatusForbidden, "Access is denied. Check credentials and try again."},
	codeItemNotFound:     {http.StatusNotFound, "The specified object was not found in the store."},
	codeMalformedID:      {http.StatusBadRequest, "Id is malformed."},
	codeInvalidUser:      {http.StatusNotFound, "The requested user is invalid."},
	codeInvalidRequest:   {http.StatusBadRequest, "The request is invalid."},
	codeInvalidRecipient: {http.StatusBadRequest, "At least one recipient isn't valid."},
	codeInvalidProperty:  {http.StatusBadRequest, "The property set is invalid for this operation."},
	codeMissingArgument:  {http.StatusBadRequest, "A required argument is missing."},
	codeInefficient:      {http.StatusBadRequest, "The restriction or sort order is too complex for this operation."},
	codeSearchFilter:     {http.StatusBadRequest, "The query parameter '$filter' is not supported with '$search'."},
	codeSearchOrder:      {http.StatusBadRequest, "The query parameter '$orderby' is not supported with '$search'."},
	codeSearchSkip:       {http.StatusBadRequest, "The query parameter '$skip' is not supported with '$search'."},
	codeSearchCount:      {http.StatusBadRequest, "The query parameter '$count' is not supported with '$search'."},
	codeRequestBody:      {http.StatusBadRequest, "The request body could not be read."},
	codeSendAsDenied:     {http.StatusForbidden, "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account."},
	codeIrresolvable:     {http.StatusPreconditionFailed, "The send or update operation could not be performed because the change key passed in the request does not match the current change key for the item."},

	codeAttachmentSmall: {http.StatusBadRequest, "The size of the attachment should not be less than the minimum size of an upload session."},
	codeMessageSize:     {http.StatusRequestEntityTooLarge, "The message exceeds the maximum supported size."},
	codeHeader:          {http.StatusBadRequest, "The internet message header is not valid."},
	codeHeaders:         {http.StatusBadRequest, "There are too many internet message headers."},
	codeMIMEBase64:      {http.StatusBadRequest, "Invalid base64 string for MIME content."},
	codeMIMEInvalid:     {http.StatusBadRequest, "The MIME content is not valid."},
	codeFolderExists:    {http.StatusConflict, "A folder with the specified name already exists., Could not create folder."},
	codeDistinguished:   {http.StatusBadRequest, "Distinguished folders cannot be deleted."},
	codeMoveFailed:      {http.StatusBadRequest, "The move or copy operation failed."},
	codeArgument:        {http.StatusBadRequest, "The argument is not valid."},

	codeDriveDenied:      {http.StatusForbidden, "Access denied"},
	codeDriveNotFound:    {http.StatusNotFound, "The resource could not be found."},
	codeDriveBad:         {http.StatusBadRequest, "Invalid request"},
	codeNameExists:       {http.StatusConflict, "An item with the same name already exists under the parent"},
	codeInvalidRange:     {http.StatusRequestedRangeNotSatisfiable, "The uploaded fragment has already been received."},
	codeNotSupported:     {http.StatusBadRequest, "Operation not supported"},
	codeQuota:            {http.StatusInsufficientStorage, "Insufficient Space Available"},
	codePrecondition:     {http.StatusPreconditionFailed, "ETag does not match current item's value"},
	codeUnauthenticated:  {http.StatusUnauthorized, "The caller is not authenticated."},
	codeLocked:           {http.StatusLocked, "The resource you are attempting to access is locked"},
	codeMalware:          {http.StatusForbidden, "Malware was detected in the requested resource."},
	codeNotAcceptable:    {http.StatusNotAcceptable, "The requested format is not supported."},
	codeSessionNameTaken: {http.StatusConflict, "Another file exists with the same name as the uploaded session."},

	codeForbidden:          {http.StatusForbidden, "Forbidden"},
	codeNotFound:           {http.StatusNotFound, "NotFound"},
	codeUnauthorized:       {http.StatusUnauthorized, "Unauthorized"},
	codePreconditionFailed: {http.StatusPreconditionFailed, "Precondition failed."},
	codeTeamsConflict:      {http.StatusConflict, "Conflict"},
}

// graphError is what a handler returns to be shown as Graph's error envelope.
type graphError struct {
	code    code
	message string
	status  int         // 0: the code's own
	header  http.Header // beside the usual ones; nil: none
	inner   []code      // nearer causes, each within the one before
}

func (e *graphError) Error() string { return fmt.Sprintf("%s: %s", e.code, e.message) }

// fail makes the error that handlers return, in the words of the table.
func fail(c code) error { return &graphError{code: c, message: codes[c].message} }

// failf is fail in the handler's own words.
func failf(c code, format string, args ...any) error {
	return &graphError{code: c, message: fmt.Sprintf(format, args...)}
}

func (e *graphError) statusCode() int {
	if e.status != 0 {
		return e.status
	}
	if s := codes[e.code].status; s != 0 {
		return s
	}
	return http.StatusInternalServerError
}

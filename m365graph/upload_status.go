package m365graph

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// uploadStatus is what a session says of itself. OneDrive begins its names with
// small letters, Outlook with capitals.
// https://learn.microsoft.com/graph/api/resources/uploadsession
type uploadStatus struct {
	URL            string   `json:"uploadUrl"`
	Expires        string   `json:"expirationDateTime"`
	OutlookExpires string   `json:"ExpirationDateTime"`
	Ranges         []string `json:"nextExpectedRanges"`
	OutlookRanges  []string `json:"NextExpectedRanges"`
}

// expires is zero where the session does not say: an upload need not fail over
// a date.
func (s *uploadStatus) expires() time.Time {
	for _, text := range []string{s.Expires, s.OutlookExpires} {
		if t, err := time.Parse(time.RFC3339, text); err == nil {
			return t
		}
	}
	return time.Time{}
}

// span is the bytes from first on, before end.
type span struct{ first, end int64 }

// expected is the first gap in a file of the given size. The list may come in any
// order and need not be complete; none at all is false. OneDrive writes "0-99" or
// "100-", Outlook "100".
func (s *uploadStatus) expected(size int64) (gap span, some bool, err error) {
	for _, text := range append(s.Ranges, s.OutlookRanges...) {
		next, err := parseSpan(text, size)
		if err != nil {
			return span{}, false, err
		}
		if !some || next.first < gap.first || next.first == gap.first && next.end > gap.end {
			gap, some = next, true
		}
	}
	if some && gap.first >= size {
		return span{}, false, fmt.Errorf("m365graph: upload: the server expects byte %d of a file of %d", gap.first, size)
	}
	return gap, some, nil
}

func parseSpan(text string, size int64) (span, error) {
	first, last, bounded := strings.Cut(strings.TrimSpace(text), "-")
	s := span{end: size}
	var err error
	if s.first, err = strconv.ParseInt(first, 10, 64); err == nil && bounded && last != "" {
		if s.end, err = strconv.ParseInt(last, 10, 64); err == nil && s.end < size {
			s.end++ // the last byte's number becomes the number after it
		}
	}
	s.end = min(s.end, size)
	if err != nil || s.first < 0 || s.first < size && s.end <= s.first {
		return span{}, fmt.Errorf("m365graph: upload: the server expects the range %q", clip(text, 40))
	}
	return s, nil
}

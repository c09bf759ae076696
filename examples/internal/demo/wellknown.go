package demo

import "strings"

// use is what a folder is for, as far as it decides about its messages.
type use int

const (
	useReceived use = iota // unread unless a message says otherwise
	useKept                // read: archive, deleted and junk
	useSent                // read, and from the owner
	useDrafts              // read, and not sent yet
)

// knownFolder is a folder that every mailbox has.
type knownFolder struct {
	id, name string
	use      use
}

// wellKnown are those folders by the names that Outlook, Gmail, Thunderbird and
// Maildirs give them, in lower case: in English, German, French, Spanish, Italian,
// Dutch, Portuguese, Polish and Japanese.
// https://learn.microsoft.com/graph/api/resources/mailfolder
var wellKnown = func() map[string]knownFolder {
	byName := map[string]knownFolder{}
	for _, f := range []struct {
		knownFolder
		names string
	}{
		{knownFolder{"inbox", "Inbox", useReceived}, "inbox|posteingang|boîte de réception|bandeja de entrada|posta in arrivo|postvak in|" +
			"caixa de entrada|a receber|skrzynka odbiorcza|odebrane|受信トレイ"},
		{knownFolder{"sentitems", "Sent Items", useSent}, "sent|sent items|sent mail|sent messages|sentitems|" +
			"gesendet|gesendete elemente|gesendete objekte|éléments envoyés|messages envoyés|envoyés|elementos enviados|enviados|correo enviado|" +
			"posta inviata|inviati|inviata|verzonden items|verzonden berichten|verzonden|itens enviados|e-mails enviados|correio enviado|" +
			"elementy wysłane|wysłane|送信済みアイテム|送信済みメール|送信済み"}, //nolint:misspell // Polish
		{knownFolder{"outbox", "Outbox", useSent}, "outbox|postausgang|boîte d'envoi|bandeja de salida|posta in uscita|postvak uit|" +
			"caixa de saída|a enviar|skrzynka nadawcza|送信トレイ"},
		{knownFolder{"drafts", "Drafts", useDrafts}, "drafts|draft|entwürfe|brouillons|borradores|bozze|concepten|rascunhos|" +
			"kopie robocze|wersje robocze|szkice|下書き"},
		{knownFolder{"archive", "Archive", useKept}, "archive|archives|archiv|archivo|archivio|archief|arquivo|arquivo morto|archiwum|アーカイブ"},
		{knownFolder{"deleteditems", "Deleted Items", useKept}, "deleted items|deleted messages|deleteditems|trash|bin|" +
			"gelöschte elemente|papierkorb|éléments supprimés|corbeille|elementos eliminados|papelera|posta eliminata|cestino|" +
			"verwijderde items|prullenbak|itens excluídos|itens eliminados|lixeira|elementy usunięte|kosz|削除済みアイテム|ゴミ箱"}, //nolint:misspell // Polish
		{knownFolder{"junkemail", "Junk Email", useKept}, "junk|junk email|junk e-mail|junk-e-mail|spam|courrier indésirable|" +
			"correo no deseado|posta indesiderata|ongewenste e-mail|lixo eletrônico|e-mail de lixo|wiadomości-śmieci|wiadomości śmieci|迷惑メール"},
	} {
		for name := range strings.SplitSeq(f.names, "|") {
			byName[name] = f.knownFolder
		}
	}
	return byName
}()

// composed joins letters and their accents, which macOS writes apart in the names
// of files, as far as they stand in wellKnown.
var composed = strings.NewReplacer("e\u0301", "é", "i\u0302", "î", "i\u0301", "í", "o\u0302", "ô", "o\u0308", "ö", "u\u0308", "ü",
	"e\u0328", "ę", "s\u0301", "ś", "コ\u3099", "ゴ", "フ\u3099", "ブ")

// knownAs finds a folder by its name, in whatever case.
func knownAs(name string) (knownFolder, bool) {
	f, ok := wellKnown[strings.ReplaceAll(composed.Replace(strings.ToLower(name)), "’", "'")]
	return f, ok
}

// isAccountRoot reports whether a folder is only the one that Gmail puts its own
// folders into, beside those of the person.
func isAccountRoot(name string) bool {
	return strings.EqualFold(name, "[Gmail]") || strings.EqualFold(name, "[Google Mail]")
}

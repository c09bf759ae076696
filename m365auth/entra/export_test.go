package entra

// PromptingWith is Prompting with another way to open a browser.
var PromptingWith = prompting

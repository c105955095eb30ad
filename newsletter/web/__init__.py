"""The readers' site: leave a list, see a mail in the browser, pictures; and where the provider reports to."""

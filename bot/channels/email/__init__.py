"""E-mail: mailboxes by IMAP, mail services by webhook, answers by SMTP."""

"""SMS, and WhatsApp where it comes through the same provider: Twilio's Programmable Messaging."""

import Core
import Security
import Web

/// A mail to a customer: a few sentences and a button, as text and as HTML.
struct CustomerMail: Sendable {
  let subject: String
  let paragraphs: [String]
  let button: (title: String, address: String)

  /// What is said below every sign-in button.
  static let linkTerms = "The link works once, within 20 minutes. You can ask for another one in the portal any time."

  func message(from sender: Mailbox, to recipient: EmailAddress) -> MailMessage {
    MailMessage(from: sender, to: [Mailbox(recipient)], subject: subject, text: text, html: html.text)
  }

  private var text: String {
    (paragraphs + ["\(button.title):\n\(button.address)", Self.linkTerms]).joined(separator: "\n\n") + "\n"
  }

  // Mail programs know no style sheets of ours: what must look like something says so in place.
  private var html: HTML {
    """
    <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(subject)</title></head>
    <body style="font-family:sans-serif;line-height:1.5;color:#1f2937;max-width:36em;margin:2em auto;padding:0 1em">
    \(paragraphs.map { "<p>\($0)</p>\n" as HTML })
    <p><a href="\(href: button.address)" style="display:inline-block;padding:.6em 1.2em;background:#1d4ed8;\
    color:#ffffff;text-decoration:none;border-radius:4px">\(button.title)</a></p>
    <p style="color:#4b5563;font-size:.9em">\(Self.linkTerms)</p></body></html>

    """
  }
}

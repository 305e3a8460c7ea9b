import Core
import Security
import Web

/// A mail's content as text and as HTML, in a brand's clothes.
struct MailLayout: Sendable {
  let content: MailContent
  let brand: MailBrand
  /// Where the button leads; nil without one.
  let address: String?

  /// What is said below every sign-in button.
  static let linkTerms = "The link works once, within 20 minutes. You can ask for another one in the portal any time."

  func message(from sender: Mailbox, to recipient: EmailAddress) -> MailMessage {
    MailMessage(
      from: Mailbox(name: brand.senderName ?? sender.name, sender.address),
      replyTo: brand.supportEmail.flatMap { EmailAddress($0) }.map { Mailbox($0) }, to: [Mailbox(recipient)],
      subject: content.subject, text: text, html: html.text)
  }

  private var note: String? { content.note ?? (content.button?.target == .signIn ? Self.linkTerms : nil) }

  private var footer: [String] {
    var lines: [String] = []
    if let url = brand.supportURL { lines.append("Help: \(url)") }
    if brand.showsPoweredBy { lines.append("Powered by Trackily") }
    return lines
  }

  var text: String {
    var parts = content.paragraphs
    if !content.facts.isEmpty { parts.append(content.facts.map { "\($0.name): \($0.value)" }.joined(separator: "\n")) }
    if let button = content.button, let address { parts.append("\(button.title):\n\(address)") }
    if let note { parts.append(note) }
    if !footer.isEmpty { parts.append("--\n\(footer.joined(separator: "\n"))") }
    return parts.joined(separator: "\n\n") + "\n"
  }

  // Mail programs know no style sheets of ours: what must look like something says so in place.
  var html: HTML {
    """
    <!doctype html><html lang="en"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1"><title>\(content.subject)</title></head>
    <body style="font-family:sans-serif;line-height:1.5;color:#1f2937;max-width:36em;margin:2em auto;padding:0 1em">
    \(mark)\(content.paragraphs.map { "<p>\($0)</p>\n" as HTML })\(table)\(button)\(note.map(Self.small))
    \(footer.map(Self.small))</body></html>

    """
  }

  private var mark: HTML {
    let name: HTML = "<strong style=\"font-size:1.2em\">\(brand.productName)</strong>"
    let logo = brand.logoURL.map { address -> HTML in
      "<img src=\"\(href: address)\" alt=\"\(brand.productName)\" height=\"32\" style=\"height:32px;border:0\">"
    }
    return "<p>\(logo ?? name)</p>\n"
  }

  private var table: HTML {
    guard !content.facts.isEmpty else { return .empty }
    let rows = content.facts.map { fact -> HTML in
      """
      <tr><th scope="row" style="text-align:left;padding:.2em 1em .2em 0;font-weight:normal;color:#4b5563">\
      \(fact.name)</th><td style="padding:.2em 0">\(fact.value)</td></tr>
      """
    }
    return "<table style=\"border-collapse:collapse;margin:1em 0\">\(rows)</table>\n"
  }

  private var button: HTML {
    guard let button = content.button, let address else { return .empty }
    return """
      <p><a href="\(href: address)" style="display:inline-block;padding:.6em 1.2em;background:\(brand.color);\
      color:\(brand.inkColor);text-decoration:none;border-radius:4px">\(button.title)</a></p>

      """
  }

  private static func small(_ text: String) -> HTML { "<p style=\"color:#4b5563;font-size:.9em\">\(text)</p>\n" }
}

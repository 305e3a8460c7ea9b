public import Core

/// A person's or program's address, with the name shown beside it.
public struct Mailbox: Sendable, Hashable {
  public let name: String?
  public let address: EmailAddress

  public init(name: String? = nil, _ address: EmailAddress) {
    self.name = name
    self.address = address
  }

  /// Reads `MAIL_FROM`: `Trackily <no-reply@example.com>` or the bare address.
  public init?(_ text: String) {
    let text = text.trimmed
    if text.hasSuffix(">"), let start = text.lastIndex(of: "<") {
      guard let address = EmailAddress(text[text.index(after: start)...].dropLast()) else { return nil }
      let name = text[..<start].trimmed
      let bare =
        name.hasPrefix("\"") && name.hasSuffix("\"") && name.count >= 2 ? String(name.dropFirst().dropLast()) : name
      guard bare.isHeaderSafe else { return nil }
      self.init(name: bare.isEmpty ? nil : bare, address)
    } else {
      guard let address = EmailAddress(text) else { return nil }
      self.init(address)
    }
  }
}

/// An e-mail: plain text always, HTML beside it if given.
public struct MailMessage: Sendable {
  public var from: Mailbox
  public var replyTo: Mailbox?
  public var to: [Mailbox]
  public var subject: String
  public var text: String
  public var html: String?

  public init(
    from: Mailbox, replyTo: Mailbox? = nil, to: [Mailbox], subject: String, text: String, html: String? = nil
  ) {
    self.from = from
    self.replyTo = replyTo
    self.to = to
    self.subject = subject
    self.text = text
    self.html = html
  }
}

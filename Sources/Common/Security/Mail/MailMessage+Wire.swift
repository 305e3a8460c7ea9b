import Core

extension MailMessage {
  /// What is wrong with the message, if anything: nobody to send to, or line ends where they would add headers.
  var fault: String? {
    if to.isEmpty { return "no recipient" }
    if !subject.isHeaderSafe { return "line end in the subject" }
    let names = ([from, replyTo].compactMap { $0 } + to).compactMap(\.name)
    return names.allSatisfy(\.isHeaderSafe) ? nil : "line end in a name"
  }

  /// The message as RFC 5322 text with CRLF line ends.
  func wireText(at time: Timestamp, id: String) -> String {
    var headers = [
      "Date: \(time.rfc5322)",
      "From: \(MIMEText.mailbox(from))",
      "To: \(to.map(MIMEText.mailbox).joined(separator: ",\r\n "))",
      "Message-ID: <\(id)@\(from.address.domain)>",
      "Subject: \(MIMEText.headerValue(subject))",
      "MIME-Version: 1.0",
      "Auto-Submitted: auto-generated",
    ]
    if let replyTo { headers.append("Reply-To: \(MIMEText.mailbox(replyTo))") }
    let head = headers.joined(separator: "\r\n") + "\r\n"
    let plain = MIMEText.part(text, type: "text/plain")
    guard let html else { return head + plain }
    let boundary = "trackily-\(id)"
    return head + "Content-Type: multipart/alternative; boundary=\"\(boundary)\"\r\n\r\n"
      + "--\(boundary)\r\n\(plain)\r\n--\(boundary)\r\n\(MIMEText.part(html, type: "text/html"))\r\n--\(boundary)--\r\n"
  }
}

extension EmailAddress {
  var domain: Substring { description.drop { $0 != "@" }.dropFirst() }
}

extension Timestamp {
  /// `Sat, 21 Nov 2026 10:00:00 +0000`
  fileprivate var rfc5322: String {
    let date = utcDate
    let weekday = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"][date.weekday]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    let clock = rfc3339.dropFirst(11).prefix(8)
    return "\(weekday), \(date.day) \(months[date.month - 1]) \(date.year) \(clock) +0000"
  }
}

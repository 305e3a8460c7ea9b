import Core
import Licensing
import Web

/// The form that takes a request file and gives back a lease file, the same for staff and customers.
enum OfflineActivationForm {
  /// Of the upload: the file and a few fields around it.
  static let bodyLimit = OfflineRequest.maxLength + 8_192

  static func card(action: String, _ csrf: HTML) -> HTML {
    PageParts.card(
      "Without network",
      """
      <p>A tracker that cannot reach this server runs on a lease file. On its server, \
      <code>trackily license activate --offline KEY</code> writes a request file; hand it in here and take the lease \
      file to <code>trackily license import FILE</code>. It counts as an activation until it has run out.</p>
      <form class="ty-form" method="post" action="\(href: action)" enctype="multipart/form-data">\(csrf)\
      <div class="ty-field"><label class="form-label" for="offline-request">Request file</label>\
      <input class="form-control" id="offline-request" name="request" type="file" accept=".json,application/json" \
      required></div>\
      \(PageParts.select(
        "days", "How long it shall work",
        [30, 90, 180, 365].map { (value: "\($0)", title: "\($0) days") }, selected: "90"))\
      <button class="btn">Sign lease file</button></form>
      """)
  }

  /// - Throws: 422 for a file that is none of ours.
  static func read(_ form: FormBody) throws(Problem) -> (request: OfflineRequest, days: Int64) {
    guard let file = form.file("request") else { throw .invalid("request", "required", "choose the request file") }
    guard file.bytes.count <= OfflineRequest.maxLength, let json = try? JSONValue.parse(file.bytes, maxDepth: 8) else {
      throw .invalid("request", "format", "is not a request file")
    }
    guard let days = form["days"].flatMap({ Int64($0) }), OfflineActivationDesk.days.contains(days) else {
      throw .invalid("days", "range", "must be 30 to 365")
    }
    return (try OfflineRequest(reading: json), days)
  }

  /// The lease file as a download.
  static func download(_ issued: OfflineActivationDesk.Issued) -> Reply {
    var reply = Reply.json(issued.file.json)
    reply.offerDownload(issued.filename)
    return reply
  }
}

import Core

/// What somebody of the staff wrote about a licence. The customer never sees it.
struct LicenseNote: Sendable, Identifiable {
  let id: Int64
  let author: String
  let body: String
  let createdAt: Timestamp

  /// Characters.
  static let length = 1...4_000

  var json: JSONValue {
    ["id": .int(id), "author": .string(author), "body": .string(body), "created_at": JSONValue(createdAt)]
  }
}

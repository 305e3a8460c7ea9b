import Core
import Web

/// A status word of a network that nobody has mapped yet.
struct UnmappedStatus: Sendable, Hashable {
  /// Nil when it came for an offer without a network: there is nothing to map it in.
  let networkID: Int64?
  let network: String?
  /// As words are compared.
  let word: String
  /// As it came first.
  let spelling: String
  /// In the postback log.
  let hits: Int64
  /// That wait for the word to be mapped.
  let conversions: Int64
  let firstSeen: Timestamp
  /// Nil when the log has dropped all of them.
  let lastSeen: Timestamp?
  /// The last of its hits.
  let sampleID: UUIDv7?

  var json: JSONValue {
    [
      "network_id": JSONValue(networkID), "network_name": JSONValue(network), "word": .string(spelling),
      "hits": .int(hits), "conversions": .int(conversions), "first_seen_at": JSONValue(firstSeen),
      "last_seen_at": JSONValue(lastSeen), "sample_id": JSONValue(sampleID),
    ]
  }

  static let schema = Schema.object([
    .required(
      "network_id", .integer.nullable.described("Null: the offer has no network, so the word can't be mapped.")),
    .required("network_name", .string.nullable), .required("word", .string.described("As it came first.")),
    .required("hits", .integer.described("In the postback log.")),
    .required("conversions", .integer.described("That will move once it is mapped.")),
    .required("first_seen_at", .timestamp), .required("last_seen_at", .timestamp.nullable),
    .required("sample_id", .uuid.nullable.described("The last of its hits in the postback log.")),
  ])
}

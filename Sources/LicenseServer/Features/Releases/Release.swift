import Core
import Database
import Web

/// A version of the tracker that the vendor has published: its signed manifest, and whether it is still given out.
struct Release: Sendable, Identifiable {
  enum Status: String, CaseIterable, Sendable, SQLValue, SQLDecodable { case published, withdrawn }

  /// Why, and since when, a release is not given out any more.
  struct Withdrawal: Sendable, Hashable {
    let at: Timestamp
    let reason: String
  }

  let id: Int64
  let signed: SignedManifest
  /// What is new, for customers.
  let notes: String
  let publishedAt: Timestamp
  let withdrawal: Withdrawal?

  var manifest: ReleaseManifest { signed.manifest }
  var version: String { manifest.version }
  var status: Status { withdrawal == nil ? .published : .withdrawn }

  /// As staff see it.
  var json: JSONValue {
    [
      "id": .int(id), "version": .string(version), "channel": .string(manifest.channel.rawValue),
      "status": .string(status.rawValue), "built_at": JSONValue(manifest.builtAt),
      "files": .array(
        manifest.files.map { ["name": .string($0.name), "size": .int($0.size), "sha256": .string($0.sha256)] }),
      "signature": .string(signed.signatureBase64), "key_fingerprint": .string(signed.keyFingerprint),
      "notes": .string(notes), "published_at": JSONValue(publishedAt), "withdrawn_at": JSONValue(withdrawal?.at),
      "withdrawn_reason": JSONValue(withdrawal?.reason),
    ]
  }

  static let schema = Schema.object([
    .required("id", .integer), .required("version", .string),
    .required("channel", .choice(ReleaseManifest.Channel.allCases.map(\.rawValue))),
    .required("status", .choice(Status.allCases.map(\.rawValue))), .required("built_at", .timestamp),
    .required(
      "files",
      .array(.object([.required("name", .string), .required("size", .integer), .required("sha256", .string)]))),
    .required("signature", .string.described("Ed25519 over the manifest, base64.")),
    .required("key_fingerprint", .string), .required("notes", .string), .required("published_at", .timestamp),
    .required("withdrawn_at", .timestamp.nullable), .required("withdrawn_reason", .string.nullable),
  ])
}

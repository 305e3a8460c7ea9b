import Core
import Web

/// One HTML that a local landing has had, and who made it what it is.
struct LandingVersion: Sendable {
  enum Origin: String, Sendable, CaseIterable { case edit, `import`, restore }

  let number: Int
  let html: String
  let origin: Origin
  /// Which version it takes up again.
  let restored: Int?
  /// As the audit log names people; empty for what was there before there were versions.
  let madeBy: String
  let madeAt: Timestamp
  /// Of ``html``, also where that itself was not asked for.
  let size: Int

  /// Without the HTML, for lists.
  var summary: JSONObject {
    [
      "version": .int(number), "origin": .string(origin.rawValue),
      "restored_version": JSONValue(restored.map(Int64.init)),
      "made_by": .string(madeBy), "made_at": JSONValue(madeAt), "size": .int(size),
    ]
  }

  var json: JSONValue {
    var object = summary
    object["html"] = .string(html)
    return .object(object)
  }

  static let schema = Schema.object([
    .required("version", .integer), .required("origin", .choice(Origin.allCases.map(\.rawValue))),
    .required("restored_version", .integer.nullable), .required("made_by", .string), .required("made_at", .timestamp),
    .required("size", .integer.described("Bytes of HTML.")), .optional("html", .string),
  ])
}

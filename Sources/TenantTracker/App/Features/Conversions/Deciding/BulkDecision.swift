import Conversions
import Core
import Web

/// One decision about many conversions, under way or over.
struct BulkDecision: Sendable {
  enum State: String, Sendable, CaseIterable { case running, done, failed }

  /// What became of each.
  struct Results: Sendable {
    var applied: [ConversionID] = []
    var unchanged: [ConversionID] = []
    var refused: [(id: ConversionID, reason: String)] = []
    /// Why it ended early.
    var problem: String?

    mutating func add(_ result: DecisionResult, of id: ConversionID) {
      switch result {
      case .applied: applied.append(id)
      case .unchanged: unchanged.append(id)
      case .refused(let reason): refused.append((id, reason))
      }
    }

    var json: JSONObject {
      [
        "applied": .array(applied.map { JSONValue($0) }), "unchanged": .array(unchanged.map { JSONValue($0) }),
        "refused": .array(refused.map { ["id": JSONValue($0.id), "reason": .string($0.reason)] }),
        "problem": JSONValue(problem),
      ]
    }

    init() {}

    /// As stored.
    init(_ json: JSONValue) {
      let ids = { (name: String) in
        (json[name]?.arrayValue ?? []).compactMap { $0.stringValue.flatMap { ConversionID($0) } }
      }
      applied = ids("applied")
      unchanged = ids("unchanged")
      refused = (json["refused"]?.arrayValue ?? []).compactMap { entry in
        guard let id = entry["id"]?.stringValue.flatMap({ ConversionID($0) }) else { return nil }
        return (id, entry["reason"]?.stringValue ?? "")
      }
      problem = json["problem"]?.stringValue
    }
  }

  let id: UUIDv7
  /// A status, `approve` or `reject`.
  let decision: String
  let note: String
  let madeBy: String
  var state: State
  var done: Int
  let total: Int
  var results: Results
  let createdAt: Timestamp
  var updatedAt: Timestamp

  /// Conversions that one decision may be about.
  static let limit = 10_000
  /// One that nothing is heard of any more: its process has ended. Some wait for others first.
  static let silence = Duration.minutes(5)

  var json: JSONValue {
    var object: JSONObject = [
      "id": JSONValue(id), "decision": .string(decision), "note": .string(note), "made_by": .string(madeBy),
      "state": .string(state.rawValue), "done": .int(done), "total": .int(total),
    ]
    for member in results.json.members { object[member.key] = member.value }
    object["created_at"] = JSONValue(createdAt)
    object["updated_at"] = JSONValue(updatedAt)
    return .object(object)
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("decision", Schema.string.described("A status, `approve` or `reject`.")),
    .required("note", .string), .required("made_by", .string),
    .required("state", .choice(State.allCases.map(\.rawValue))), .required("done", .integer),
    .required("total", .integer), .required("applied", .array(.uuid)),
    .required("unchanged", Schema.array(.uuid).described("They stood there already.")),
    .required("refused", .array(.object([.required("id", .uuid), .required("reason", .string)]))),
    .required("problem", Schema.string.nullable.described("Why it ended early; ask again for what is left.")),
    .required("created_at", .timestamp), .required("updated_at", .timestamp),
  ])
}

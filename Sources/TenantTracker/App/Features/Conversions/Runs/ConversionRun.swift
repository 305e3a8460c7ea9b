import Core
import Web

/// Work over many conversions or hits: done in batches, by whichever node, until it is over.
struct ConversionRun: Sendable {
  enum Task: Sendable, Hashable {
    /// A status word got a meaning: the conversions that wait for it move.
    case mapping(networkID: Int64, word: String)
    /// Hits that have written nothing are processed once more; none that came after `end`.
    case replay(PostbackFilter, end: UUIDv7)

    enum Kind: String, Sendable, CaseIterable { case mapping, replay }

    var kind: Kind {
      switch self {
      case .mapping: .mapping
      case .replay: .replay
      }
    }

    var request: JSONValue {
      switch self {
      case .mapping(let networkID, let word): ["network_id": .int(networkID), "word": .string(word)]
      case .replay(let filter, let end): ["filter": filter.json, "end": JSONValue(end)]
      }
    }

    init?(_ kind: String, _ request: JSONValue) {
      switch Kind(rawValue: kind) {
      case .mapping?:
        guard let network = request["network_id"]?.intValue, let word = request["word"]?.stringValue else { return nil }
        self = .mapping(networkID: network, word: word)
      case .replay?:
        guard let filter = request["filter"], let end = request["end"]?.stringValue.flatMap({ UUIDv7($0) }) else {
          return nil
        }
        self = .replay(PostbackFilter(filter), end: end)
      case nil: return nil
      }
    }
  }

  enum State: String, Sendable, CaseIterable { case running, done, failed }

  let id: UUIDv7
  let task: Task
  var state: State
  var done: Int64
  /// As counted when it began; more may come.
  let total: Int64
  /// How many ended how, by code.
  var outcomes: [String: Int64]
  /// The last one dealt with.
  var lastID: UUIDv7?
  var problem: String?
  let madeBy: String
  let createdAt: Timestamp
  let updatedAt: Timestamp

  var json: JSONValue {
    [
      "id": JSONValue(id), "kind": .string(task.kind.rawValue), "state": .string(state.rawValue), "done": .int(done),
      "total": .int(max(done, total)), "outcomes": Self.json(outcomes), "problem": JSONValue(problem),
      "made_by": .string(madeBy), "created_at": JSONValue(createdAt), "updated_at": JSONValue(updatedAt),
    ]
  }

  static func json(_ outcomes: [String: Int64]) -> JSONValue {
    var object = JSONObject()
    for (code, count) in outcomes.sorted(by: { $0.key < $1.key }) { object[code] = .int(count) }
    return .object(object)
  }

  static let schema = Schema.object([
    .required("id", .uuid), .required("kind", .choice(Task.Kind.allCases.map(\.rawValue))),
    .required("state", .choice(State.allCases.map(\.rawValue))), .required("done", .integer),
    .required("total", .integer), .required("outcomes", .map(.integer).described("How many ended how, by code.")),
    .required("problem", .string.nullable), .required("made_by", .string), .required("created_at", .timestamp),
    .required("updated_at", .timestamp),
  ])
}

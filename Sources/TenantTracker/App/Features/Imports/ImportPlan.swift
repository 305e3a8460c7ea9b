import Core
import Web

/// What an import would do, thing by thing.
struct ImportPlan: Sendable {
  /// Of the tenant's configuration when it was made: it holds as long as nobody changes anything.
  var revision: Int64
  var steps: [ImportStep] = []
  var notes: [String] = []

  /// Steps, faults and notes that an answer lists; the counts are of all.
  static let listed = 1_000

  struct Counts: Sendable {
    var create = 0
    var update = 0
    var unchanged = 0
    var refused = 0

    mutating func add(_ action: ImportStep.Action) {
      switch action {
      case .create: create += 1
      case .update: update += 1
      case .unchanged: unchanged += 1
      case .refused: refused += 1
      }
    }

    var json: JSONValue {
      ["create": .int(create), "update": .int(update), "unchanged": .int(unchanged), "refused": .int(refused)]
    }
  }

  var counts: Counts { steps.reduce(into: Counts()) { $0.add($1.action) } }

  /// By type, those that the file holds.
  var countsByType: [(type: PortType, counts: Counts)] {
    PortType.allCases.compactMap { type in
      let own = steps.filter { $0.type == type }
      return own.isEmpty ? nil : (type, own.reduce(into: Counts()) { $0.add($1.action) })
    }
  }

  var isRefused: Bool { steps.contains { $0.action == .refused } }
  var faultCount: Int { steps.reduce(0) { $0 + $1.faults.count } }

  /// The first of them, with the step each belongs to.
  var faults: [(step: ImportStep, fault: Problem.FieldFault)] {
    var faults: [(step: ImportStep, fault: Problem.FieldFault)] = []
    for step in steps {
      faults += step.faults.map { (step, $0) }
      if faults.count >= Self.listed { break }
    }
    return Array(faults.prefix(Self.listed))
  }

  func json(isApplied: Bool) -> JSONValue {
    var types: JSONObject = [:]
    for entry in countsByType { types[entry.type.rawValue] = entry.counts.json }
    return [
      "applied": .bool(isApplied), "counts": counts.json, "types": .object(types),
      "items": .array(steps.prefix(Self.listed).map(\.json)), "faults": .array(faults.map(Self.json)),
      "fault_count": .int(faultCount), "notes": JSONValue(Array(notes.prefix(Self.listed))),
    ]
  }

  private static func json(_ entry: (step: ImportStep, fault: Problem.FieldFault)) -> JSONValue {
    let place = entry.step.place.json
    return [
      "type": .string(entry.step.type.rawValue), place.key: place.value, "name": .string(entry.step.title),
      "field": .string(entry.fault.field), "code": .string(entry.fault.code),
      "message": .string(entry.fault.message),
    ]
  }

  /// 422 with everything that is wrong; nothing was written.
  var refusal: Problem {
    var problem = Problem.validation(
      faults.map { step, fault in
        .init(field: step.place.path(fault.field, of: step.type), code: fault.code, message: fault.message)
      })
    problem.title = "Nothing was imported"
    problem.detail = "\(counts.refused) of \(steps.count) can't be taken as they are."
    problem.extra = ["counts": counts.json, "fault_count": .int(faultCount)]
    return problem
  }

  static let schema = Schema.object([
    .required("applied", .boolean.described("False for a dry run.")), .required("counts", countsSchema),
    .required("types", .map(countsSchema)),
    .required(
      "items",
      .array(
        .object([
          .required("type", .choice(PortType.allCases.map(\.rawValue))), .optional("line", .integer),
          .optional("index", .integer), .required("action", .choice(ImportStep.Action.allCases.map(\.rawValue))),
          .required("id", .integer.nullable), .required("name", .string), .required("changes", .array(.string)),
        ])
      ).described("The first \(listed).")),
    .required(
      "faults",
      .array(
        .object([
          .required("type", .choice(PortType.allCases.map(\.rawValue))),
          .optional("line", .integer.described("Of a CSV file, from 1.")),
          .optional("index", .integer.described("Of a JSON list, from 0.")), .required("name", .string),
          .required("field", .string), .required("code", .string), .required("message", .string),
        ]))),
    .required("fault_count", .integer), .required("notes", .array(.string)),
  ])

  private static let countsSchema = Schema.object(
    ImportStep.Action.allCases.map { .required($0.rawValue, .integer) })
}

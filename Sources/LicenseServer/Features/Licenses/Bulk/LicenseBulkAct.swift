import Core

/// What can be done with many licences at once.
enum LicenseBulkAct: Sendable, Hashable {
  case suspend, reinstate, revoke
  case extend(days: Int64)
  case tag(LicenseTag)
  case untag(LicenseTag)

  /// How many licences one request may name.
  static let limit = 500
  static let names = ["suspend", "reinstate", "revoke", "extend", "tag", "untag"]
  static let days: ClosedRange<Int64> = 1...3_650

  /// From `action`, and `days` or `tag` where it needs one.
  static func read(from fields: inout FieldReader) -> LicenseBulkAct? {
    let name = fields.oneOf("action", names)
    let days = fields.optionalInt("days", range: days) ?? nil
    let word = fields.optionalString("tag", length: 1...40) ?? nil
    switch name {
    case "suspend": return .suspend
    case "reinstate": return .reinstate
    case "revoke": return .revoke
    case "extend":
      guard let days else {
        fields.fault("days", "required", "says by how many days to extend, 1 to 3650")
        return nil
      }
      return .extend(days: days)
    case "tag", "untag":
      guard let tag = word.flatMap({ LicenseTag($0) }) else {
        fields.fault("tag", word == nil ? "required" : "format", LicenseTag.rule)
        return nil
      }
      return name == "tag" ? .tag(tag) : .untag(tag)
    default: return nil
    }
  }
}

/// What came of it for one licence.
struct LicenseBulkOutcome: Sendable {
  let id: Int64
  let result: Result<License, Problem>

  var isDone: Bool {
    switch result {
    case .success: true
    case .failure: false
    }
  }

  func json(at now: Timestamp) -> JSONValue {
    switch result {
    case .success(let license):
      ["id": .int(id), "done": true, "license": license.json(at: now), "problem": .null]
    case .failure(let problem):
      ["id": .int(id), "done": false, "license": .null, "problem": problem.json]
    }
  }
}

extension LicenseRegister {
  /// One licence after the other, each in a transaction of its own: one that cannot be changed leaves the others be.
  func act(_ act: LicenseBulkAct, on ids: [Int64], by actor: Actor) async -> [LicenseBulkOutcome] {
    var outcomes: [LicenseBulkOutcome] = []
    for id in ids { outcomes.append(LicenseBulkOutcome(id: id, result: await result(of: act, on: id, by: actor))) }
    return outcomes
  }

  private func result(of act: LicenseBulkAct, on id: Int64, by actor: Actor) async -> Result<License, Problem> {
    do {
      return .success(try await perform(act, on: id, by: actor))
    } catch {
      return .failure(error as? Problem ?? ErrorTranslation.problem(for: error) ?? .internalError())
    }
  }

  private func perform(_ act: LicenseBulkAct, on id: Int64, by actor: Actor) async throws -> License {
    switch act {
    case .suspend: try await suspend(id, by: actor)
    case .reinstate: try await reinstate(id, by: actor)
    case .revoke: try await revoke(id, by: actor)
    case .extend(let days): try await extend(id, days: days, by: actor)
    case .tag(let tag): try await self.tag(id, tag, by: actor)
    case .untag(let tag): try await untag(id, tag, by: actor)
    }
  }
}

import Core

/// What somebody may have: some plans, a number of licences, a number of instances. What a reseller's customers have
/// together is always a subset of what the reseller may have: it is checked with the reseller's row locked, whenever
/// either changes.
struct ResellerEntitlement: Sendable, Hashable {
  var plans: Set<String>
  var licenses: Int
  var instances: Int

  /// What is asked for beyond it, in words; empty when `other` is a subset.
  func excess(of other: ResellerEntitlement) -> [Problem.FieldFault] {
    var faults: [Problem.FieldFault] = []
    let foreign = other.plans.subtracting(plans).sorted()
    if !foreign.isEmpty {
      faults.append(
        .init(
          field: "plan", code: "not_entitled", message: "\(foreign.joined(separator: ", ")) is not in the agreement"))
    }
    if other.licenses > licenses {
      faults.append(
        .init(
          field: "max_licenses", code: "entitlement_used_up",
          message: "\(other.licenses) licences would be in use, the agreement allows \(licenses)"))
    }
    if other.instances > instances {
      faults.append(
        .init(
          field: "max_instances", code: "entitlement_used_up",
          message: "\(other.instances) instances would be allowed, the agreement allows \(instances)"))
    }
    return faults
  }

  func covers(_ other: ResellerEntitlement) -> Bool { excess(of: other).isEmpty }

  /// With one more licence.
  func adding(plan: String, instances more: Int) -> ResellerEntitlement {
    ResellerEntitlement(plans: plans.union([plan]), licenses: licenses + 1, instances: instances + more)
  }

  var json: JSONValue {
    ["plans": JSONValue(plans.sorted()), "licenses": .int(licenses), "instances": .int(instances)]
  }
}

extension Problem {
  /// Not within what was agreed; names every limit that stands in the way.
  static func beyondEntitlement(_ faults: [FieldFault]) -> Problem {
    Problem(
      status: 409, code: "entitlement_exceeded", title: "Not in the agreement",
      detail: faults.map(\.message).joined(separator: "; ").capitalizedFirst + ".", errors: faults)
  }

  static func resellerSuspended() -> Problem {
    Problem(
      status: 403, code: "reseller_suspended", title: "Suspended",
      detail: "This reseller is suspended: nothing new can be sold until it is reinstated.")
  }
}

extension String {
  fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}

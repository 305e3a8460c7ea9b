import Billing
import Core
import Licensing

/// What another plan would do to a licence, or has done.
struct PlanChange: Sendable {
  /// Something of which there is more in use than the new plan allows.
  struct Excess: Sendable, Hashable {
    let limit: String
    let allowed: Int
    let used: Int64
    let instance: Int64
  }

  let before: Entitlements
  let after: Entitlements
  let excess: [Excess]
  /// What it costs and when it acts, of a licence that a subscription pays for.
  var quote: PlanChangeQuote?
  /// The licence after the change; nil as long as it is only looked at.
  private(set) var license: License?

  /// Usage is what the instances told in their last heartbeats.
  init(of license: License, to plan: Plan, instances: [Instance]) {
    before = license.entitlements
    let after = license.overrides.applied(plan: plan.slug, features: plan.features, users: plan.users)
    self.after = after
    excess = instances.compactMap { instance in
      guard instance.state == .active, let allowed = after.userLimit, let used = instance.usage.users, used > allowed
      else { return nil }
      return Excess(limit: "users", allowed: allowed, used: used, instance: instance.id)
    }
  }

  func applied(as license: License) -> PlanChange {
    var change = self
    change.license = license
    return change
  }

  private var lost: [String] { before.features.filter { !after.features.contains($0) } }
  private var gained: [String] { after.features.filter { !before.features.contains($0) } }

  private var excessJSON: JSONValue {
    .array(
      excess.map {
        [
          "limit": .string($0.limit), "allowed": .int($0.allowed), "used": .int($0.used),
          "instance_id": .int($0.instance),
        ]
      })
  }

  func json(at now: Timestamp) -> JSONValue {
    [
      "from": .string(before.plan), "to": .string(after.plan), "applied": .bool(license != nil),
      "limits": ["before": before.limitsJSON, "after": after.limitsJSON], "features_gained": JSONValue(gained),
      "features_lost": JSONValue(lost), "over_limit": excessJSON, "quote": .optional(quote?.json),
      "license": .optional(license?.json(at: now)),
    ]
  }

  /// A downgrade below what is in use.
  var refusal: Problem {
    var problem = Problem.conflict(
      "More is in use than the \(after.planTitle) plan allows; reduce it first.", field: "plan")
    problem.extra["over_limit"] = excessJSON
    return problem
  }
}

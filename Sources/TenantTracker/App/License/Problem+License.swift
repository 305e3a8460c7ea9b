import Core
import Licensing

/// `detail` has the titles that people read; the members have the names that `GET /license` uses.
extension Problem {
  /// 402 for what the plan lacks.
  static func notLicensed(_ feature: Feature) -> Problem {
    var problem = featureNotLicensed(feature: feature.title, plan: feature.plan.title)
    problem.extra = ["feature": .string(feature.rawValue), "plan": .string(feature.plan.rawValue)]
    return problem
  }

  /// 402 when every seat is taken.
  static func noSeatLeft(_ entitlements: Entitlements, limit: Int) -> Problem {
    var problem = userLimitReached(plan: entitlements.planTitle, limit: limit)
    problem.extra["plan"] = .string(entitlements.plan)
    return problem
  }

  static func licenseServerUnreachable(_ reason: String) -> Problem {
    var problem = Problem.unavailable("The licence server was not reached: \(reason).", retryAfter: 60)
    problem.code = "license_server_unreachable"
    return problem
  }

  static func licenseRefused(_ code: LicenseCode) -> Problem {
    Problem(
      status: 422, code: "license_refused", title: "The licence server refused the key", detail: code.refusalMessage,
      errors: [.init(field: "license_key", code: code.rawValue.lowercased(), message: code.refusalMessage)],
      extra: ["license_code": .string(code.rawValue)])
  }
}

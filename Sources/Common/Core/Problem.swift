/// A refusal as RFC 9457 `application/problem+json` tells it. The only error our HTTP edges render.
public struct Problem: Error, Sendable, Hashable {
  /// One field of the request that is wrong, and what would be right.
  public struct FieldFault: Sendable, Hashable {
    public let field: String
    public let code: String
    public let message: String

    public init(field: String, code: String, message: String) {
      self.field = field
      self.code = code
      self.message = message
    }
  }

  public var status: Int
  /// Stable, snake_case; part of the API.
  public var code: String
  public var title: String
  public var detail: String?
  public var errors: [FieldFault]
  /// Seconds, sent as `Retry-After`.
  public var retryAfter: Int?
  /// Members beside the standard ones, for instance `plan` and `limit`.
  public var extra: JSONObject

  public init(
    status: Int, code: String, title: String, detail: String? = nil, errors: [FieldFault] = [], retryAfter: Int? = nil,
    extra: JSONObject = [:]
  ) {
    self.status = status
    self.code = code
    self.title = title
    self.detail = detail
    self.errors = errors
    self.retryAfter = retryAfter
    self.extra = extra
  }

  public var json: JSONValue {
    var object: JSONObject = [
      "type": "about:blank", "title": .string(title), "status": .int(status), "detail": JSONValue(detail),
      "code": .string(code),
      "errors": .array(
        errors.map { ["field": .string($0.field), "code": .string($0.code), "message": .string($0.message)] }),
    ]
    for member in extra.members { object[member.key] = member.value }
    return .object(object)
  }
}

extension Problem {
  public static func badRequest(_ detail: String, code: String = "bad_request") -> Problem {
    Problem(status: 400, code: code, title: "Bad request", detail: detail)
  }

  public static func unauthorized(_ detail: String = "Sign in first.") -> Problem {
    Problem(status: 401, code: "unauthorized", title: "Not signed in", detail: detail)
  }

  public static func featureNotLicensed(feature: String, plan: String) -> Problem {
    Problem(
      status: 402, code: "feature_not_licensed", title: "Not in your plan",
      detail: "\(feature) needs the \(plan) plan.", extra: ["feature": .string(feature), "plan": .string(plan)])
  }

  public static func userLimitReached(plan: String, limit: Int) -> Problem {
    Problem(
      status: 402, code: "user_limit_reached", title: "No seat left",
      detail: "The \(plan) plan has \(limit) \(limit == 1 ? "user" : "users").",
      extra: ["plan": .string(plan), "limit": .int(limit)])
  }

  public static func permissionDenied(section: String, access: String) -> Problem {
    Problem(
      status: 403, code: "permission_denied", title: "Not allowed",
      detail: "This needs \(access) access to \(section).",
      extra: ["section": .string(section), "access": .string(access)])
  }

  public static func passwordChangeRequired() -> Problem {
    Problem(
      status: 403, code: "password_change_required", title: "Change your password first",
      detail: "The initial password must be changed with POST /me/password.")
  }

  public static func notFound(_ what: String) -> Problem {
    Problem(status: 404, code: "not_found", title: "Not found", detail: "There is no such \(what).")
  }

  public static func methodNotAllowed(_ allowed: [String]) -> Problem {
    Problem(
      status: 405, code: "method_not_allowed", title: "Method not allowed",
      detail: "Use \(allowed.joined(separator: ", ")).")
  }

  public static func conflict(_ detail: String, field: String? = nil) -> Problem {
    Problem(
      status: 409, code: "conflict", title: "Conflict", detail: detail,
      errors: field.map { [FieldFault(field: $0, code: "taken", message: detail)] } ?? [])
  }

  public static func tooLarge(limit: Int) -> Problem {
    Problem(
      status: 413, code: "payload_too_large", title: "Too large", detail: "The body may have \(limit) bytes.")
  }

  public static func unsupportedMediaType(_ expected: String = "application/json") -> Problem {
    Problem(
      status: 415, code: "unsupported_media_type", title: "Unsupported media type", detail: "Send \(expected).")
  }

  public static func validation(_ faults: [FieldFault]) -> Problem {
    Problem(
      status: 422, code: "validation_failed", title: "Some fields are wrong",
      detail: faults.first.map { "\($0.field): \($0.message)" }, errors: faults)
  }

  public static func invalid(_ field: String, _ code: String, _ message: String) -> Problem {
    validation([FieldFault(field: field, code: code, message: message)])
  }

  public static func tooManyRequests(retryAfter seconds: Int) -> Problem {
    Problem(
      status: 429, code: "too_many_requests", title: "Too many requests", detail: "Try again in \(seconds) s.",
      retryAfter: seconds)
  }

  public static func internalError() -> Problem {
    Problem(status: 500, code: "internal_error", title: "Something went wrong on our side")
  }

  public static func unavailable(_ detail: String, retryAfter seconds: Int = 5) -> Problem {
    Problem(
      status: 503, code: "unavailable", title: "Not available just now", detail: detail, retryAfter: seconds)
  }
}

import Core
import Testing

@Suite struct ProblemTests {
  @Test func aProblemIsWrittenAsTheContractHasIt() {
    let problem = Problem.validation([
      .init(field: "name", code: "required", message: "is required"),
      .init(field: "slug", code: "taken", message: "is taken"),
    ])
    #expect(
      problem.json.text
        == #"{"type":"about:blank","title":"Some fields are wrong","status":422,"detail":"name: is required","#
        + #""code":"validation_failed","errors":[{"field":"name","code":"required","message":"is required"},"#
        + #"{"field":"slug","code":"taken","message":"is taken"}]}"#)
  }

  @Test func moreMembersComeAfterTheStandardOnes() {
    #expect(
      Problem.userLimitReached(plan: "Starter", limit: 1).json.text
        == #"{"type":"about:blank","title":"No seat left","status":402,"detail":"The Starter plan has 1 user.","#
        + #""code":"user_limit_reached","errors":[],"plan":"Starter","limit":1}"#)
  }

  @Test func noDetailIsNull() {
    #expect(Problem.internalError().json["detail"] == .null)
    #expect(Problem.internalError().json["errors"] == [])
  }

  @Test(
    arguments: [
      (.badRequest("x"), 400, "bad_request"), (.badRequest("x", code: "bad_json"), 400, "bad_json"),
      (.unauthorized(), 401, "unauthorized"),
      (.featureNotLicensed(feature: "a", plan: "Pro"), 402, "feature_not_licensed"),
      (.userLimitReached(plan: "Pro", limit: 5), 402, "user_limit_reached"),
      (.permissionDenied(section: "flows", access: "write"), 403, "permission_denied"),
      (.passwordChangeRequired(), 403, "password_change_required"), (.notFound("flow"), 404, "not_found"),
      (.methodNotAllowed(["GET", "POST"]), 405, "method_not_allowed"), (.conflict("x"), 409, "conflict"),
      (.tooLarge(limit: 9), 413, "payload_too_large"), (.unsupportedMediaType(), 415, "unsupported_media_type"),
      (.validation([]), 422, "validation_failed"), (.invalid("f", "c", "m"), 422, "validation_failed"),
      (.tooManyRequests(retryAfter: 3), 429, "too_many_requests"), (.internalError(), 500, "internal_error"),
      (.unavailable("x"), 503, "unavailable"),
    ] as [(Problem, Int, String)])
  func codesAndStatusesAreFixed(problem: Problem, status: Int, code: String) {
    #expect(problem.status == status)
    #expect(problem.code == code)
    #expect(problem.json["status"] == .int(status))
    #expect(problem.json["code"] == .string(code))
    #expect(!problem.title.isEmpty)
  }

  @Test func whoMustWaitIsToldHowLong() {
    #expect(Problem.tooManyRequests(retryAfter: 30).retryAfter == 30)
    #expect(Problem.unavailable("x").retryAfter == 5)
    #expect(Problem.unavailable("x", retryAfter: 60).retryAfter == 60)
    #expect(Problem.conflict("x").retryAfter == nil)
  }

  @Test func aRefusalNamesWhatIsMissing() {
    let denied = Problem.permissionDenied(section: "flows", access: "write")
    #expect(denied.extra == ["section": "flows", "access": "write"])
    #expect(
      Problem.featureNotLicensed(feature: "automizer", plan: "Pro").extra == ["feature": "automizer", "plan": "Pro"])
    #expect(Problem.conflict("The slug is taken.", field: "slug").errors.map(\.field) == ["slug"])
    #expect(Problem.conflict("It is in use.").errors.isEmpty)
    #expect(Problem.methodNotAllowed(["GET", "POST"]).detail == "Use GET, POST.")
  }
}

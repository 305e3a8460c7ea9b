import Billing
import Core
import Database
import Web

/// Where staff issue licences and trials.
struct LicenseFormPages: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let pages: LicensePages

  func register(in table: inout StaffTable) {
    table.page("/licenses/new", .write(.licences), "A new licence") { call in try await page(call, nil) }
    table.action("/licenses", .write(.licences), "Issues a licence", handler: create)
  }

  private func page(_ call: StaffCall, _ problem: Problem?) async throws -> Reply {
    let plans = try await PlanStore(database).all().map { (value: $0.slug, title: $0.name) }
    let form = call.form
    var reply = pages.layout.staffPage(
      Layout.Frame(title: "New licence", current: LicensePages.path), call,
      PageParts.card(
        "What to issue",
        """
        \(PageParts.faults(problem))<form method="post" action="\(LicensePages.path)">\(call.csrfField)
        \(PageParts.input("customer_email", "Customer's e-mail", type: "email", value: form["customer_email"] ?? ""))
        \(PageParts.select("plan", "Plan", plans, selected: form["plan"] ?? "pro"))
        \(PageParts.input("max_instances", "Instances", type: "number", value: form["max_instances"] ?? "1"))
        \(PageParts.input(
          "expires_on", "Last day (UTC)", type: "date", value: form["expires_on"] ?? "", required: false,
          hint: "Empty: it does not expire."))
        \(PageParts.input(
          "trial_days", "Or a trial of so many days", type: "number", value: form["trial_days"] ?? "", required: false,
          hint: "1 to 90. It ends then, unless it is paid for."))
        <label class="form-check"><input class="form-check-input" type="checkbox" name="allow_another_trial" value="true">\
        <span class="form-check-label">Also when the address or its domain has had a trial</span></label>
        <button class="btn btn-primary">Issue licence</button></form>
        """))
    reply.status = problem?.status ?? 200
    return reply
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    do {
      let issued = try await licenses.create(try Self.request(call), by: call.actor)
      return try await pages.page(call, id: issued.license.id, key: issued.key)
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return try await page(call, problem)
    }
  }

  private static func request(_ call: StaffCall) throws -> LicenseRegister.Request {
    var fields = try FieldReader(
      .object(call.form.json(numbers: ["max_instances", "trial_days"], flags: ["allow_another_trial"])))
    let plan = fields.string("plan", length: 1...50)
    let email = fields.email("customer_email")
    let maxInstances = fields.int("max_instances", range: 1...100_000)
    let lastDay = (fields.optionalString("expires_on") ?? nil).flatMap { $0.isEmpty ? nil : $0 }
    let expires = lastDay.flatMap { LocalDate($0)?.adding(days: 1).utcMidnight }
    if lastDay != nil, expires == nil { fields.fault("expires_on", "date", "must be a day such as 2027-01-31") }
    let trialDays = fields.optionalInt("trial_days", range: LicenseTrial.days) ?? nil
    let allowsAnotherTrial = fields.bool("allow_another_trial", default: false)
    if trialDays != nil, lastDay != nil {
      fields.fault("expires_on", "conflict", "cannot be set on a trial")
    }
    try fields.finish()
    guard let plan, let email, let maxInstances else { throw Problem.internalError() }
    return LicenseRegister.Request(
      plan: plan, customerEmail: email, expiresAt: expires, maxInstances: Int(maxInstances), trialDays: trialDays,
      allowsAnotherTrial: allowsAnotherTrial)
  }
}

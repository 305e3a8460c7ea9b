import Billing
import Core
import Database
import Web

/// `/api/orders`: anybody may order; the licence comes with the payment.
struct OrderAPI: Sendable {
  let desk: OrderDesk
  /// Nil for no limit.
  let limiter: RateLimiter<IPAddress>?

  func register(in table: inout StaffTable) {
    table.open(
      .post, "/orders", "Orders a plan; the portal's sign-in link goes to the given address", body: .json(Self.request),
      answer: Self.answer, status: 201, creates: true,
      bodyLimit: 16_384, handler: create)
  }

  @Sendable private func create(_ call: OpenCall<Vendor>) async throws -> Reply {
    var fields = try call.fields()
    let plan = fields.string("plan", length: 1...50)
    let period = fields.oneOf("interval", BillingPeriod.allCases.map(\.rawValue)).flatMap(BillingPeriod.init)
    let currency = fields.currency("currency")
    let email = fields.email("email")
    let coupon = fields.optionalString("coupon", length: 1...60) ?? nil
    try fields.finish()
    guard let plan, let period, let currency, let email else { throw Problem.internalError() }
    try limiter?.admit(call.clientAddress.limitKey)
    let request = OrderRequest(plan: plan, period: period, currency: currency, email: email, coupon: coupon)
    let order = try await desk.place(request)
    // Not all of the invoice: its customer's number would tell a stranger whether this address bought before.
    let invoice: JSONValue = [
      "id": .int(order.invoice.id), "number": .string(order.invoice.number),
      "total": .string(order.invoice.total.decimal), "currency": .string(order.invoice.total.currency.code),
      "due_at": JSONValue(order.invoice.dueAt),
    ]
    return .json(["id": .int(order.id), "invoice": invoice], status: 201)
  }

  private static let answer = Schema.object([
    .required("id", .integer),
    .required(
      "invoice",
      .object([
        .required("id", .integer), .required("number", .string), .required("total", .money),
        .required("currency", .string), .required("due_at", .timestamp),
      ])),
  ])

  private static let request = Schema.object([
    .required("plan", .string), .required("interval", .choice(BillingPeriod.allCases.map(\.rawValue))),
    .required("currency", .string.described("USD or EUR.")), .required("email", .email),
    .optional("coupon", Schema.string.nullable),
  ])
}

/// Takes orders.
struct OrderDesk: Sendable {
  let database: ConnectionPool
  let news: BillingNews
  let mail: MailJobs
  let clock: any WallClock

  /// - Parameter customerName: of a new customer; whoever is one already keeps theirs, for anybody may order for an address.
  func place(_ request: OrderRequest, customerName: String = "") async throws -> Order {
    try await database.transaction(retries: 3) { connection in
      let now = clock.now()
      let order = try await ManualBilling(connection).place(request, at: now)
      if order.customer.createdAt == now, order.customer.name.isEmpty, !customerName.isEmpty {
        try await CustomerStore(connection).rename(order.customer.id, to: customerName)
      }
      try await PortalUserStore(connection).makeOwner(request.email, of: order.customer.id, at: now)
      try await news.issued(order.invoice, in: connection, at: now)
      guard order.invoice.status == .paid else {
        try await mail.enqueue(
          OrderReceivedMail(order), to: request.email, customer: order.customer.id, in: connection)
        return order
      }
      // A coupon or the customer's credit has paid all of it.
      try await news.paid(order.invoice, in: connection, at: now)
      try await news.begun(order.subscription, in: connection, at: now)
      if let license = try await news.follower.follow(order.subscription, in: connection, at: now) {
        try await news.mail(LicenseReadyMail(plan: license.plan.name), about: order.invoice, in: connection)
      }
      return order
    }
  }
}

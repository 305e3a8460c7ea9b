import Billing
import Core
import Database
import Jobs
import Web

/// What there is when STRIPE_SECRET_KEY is set.
extension ControlPlane {
  static func makeStripe(
    _ settings: StripeSettings?, database: ConnectionPool, news: BillingNews, publicURL: String, clock: any WallClock
  ) -> StripeDesk? {
    guard let settings else { return nil }
    let client = StripeClient(account: settings.account, transport: StripeNetwork.transport(to: settings.account))
    return StripeDesk(database: database, client: client, news: news, publicURL: publicURL, clock: clock)
  }

  func registerStripe(in table: inout RouteTable<Vendor, NoSession>) {
    guard let stripe, let settings = configuration.stripe else { return }
    StripeWebhookAPI(inbox: stripe.inbox, secrets: settings.webhookSecrets, clock: clock).register(in: &table)
  }

  func registerStripe(in table: inout PortalTable) {
    guard let stripe else { return }
    StripePages(
      desk: stripe, database: database, limiter: RateLimiter(limit: 20, window: .minutes(10), clock: clock)
    ).register(in: &table)
  }

  /// None without Stripe.
  var stripeJobs: (handlers: [JobHandler], schedules: [JobSchedule]) {
    guard let stripe else { return ([], []) }
    let jobs = StripeJobs(database: database, inbox: stripe.inbox, clock: clock, logger: logger)
    return ([jobs.handler], [jobs.schedule])
  }
}

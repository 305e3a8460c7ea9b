import Core
import Database
import Jobs
import Licensing
import Logging
import Security
import Web

/// Everything the license server is made of, made once and handed down. The only wiring there is.
struct ControlPlane: Sendable {
  let configuration: Configuration
  let home: Home
  let clock: any WallClock
  let logger: Logger

  let database: ConnectionPool
  let hostBrands: HostBrands
  let box: SecretBox
  let entrance: StaffEntrance
  let licenses: LicenseRegister
  let desk: ActivationDesk
  let cloneAlarms: CloneAlarmDesk
  let mail: MailJobs
  let news: BillingNews
  let cashier: Cashier
  let subscriptions: SubscriptionRegister
  let orders: OrderDesk
  let releases: ReleaseDesk
  let hosting: Hosting
  let apiKeys: APIKeyDesk
  let requestLog: RequestLog
  /// Nil without STRIPE_SECRET_KEY.
  let stripe: StripeDesk?
  /// Nil when no mail can be sent.
  let deliver: (@Sendable (MailMessage) async throws -> Void)?

  /// - Parameters:
  ///   - passwordCosts: lower ones make tests fast.
  ///   - patience: how long a request waits for a database connection before it is answered 503.
  ///   - deliver: where mails go instead of to SMTP_URL.
  init(
    _ configuration: Configuration, home: Home, clock: any WallClock = SystemClock(),
    logger: Logger = Logger(label: "license-server"), passwordCosts: PasswordHasher.Parameters = .init(),
    patience: Duration = .seconds(5),
    deliver: (@Sendable (MailMessage) async throws -> Void)? = nil
  ) {
    self.configuration = configuration
    self.home = home
    self.clock = clock
    self.logger = logger
    self.deliver = deliver ?? Self.delivery(configuration, clock)
    database = ConnectionPool(
      name: "license", dsn: configuration.databaseURL.with(applicationName: "license-server"),
      limits: PoolLimits(maxConnections: 16, acquireTimeout: patience), logger: logger)
    hostBrands = HostBrands(
      database: database, publicHost: WebURL.host(of: configuration.publicURL), clock: clock)
    box = SecretBox(key: configuration.secretKey)
    let perKey = configuration.limits.apiPerKey
    apiKeys = APIKeyDesk(
      database: database,
      limiter: perKey == 0 ? nil : RateLimiter(limit: perKey, window: .minutes(1), clock: clock), clock: clock)
    requestLog = RequestLog(database: database, clock: clock, logger: logger)
    let failures = configuration.limits.logInFailures
    entrance = StaffEntrance(
      database: database, hasher: PasswordHasher(parameters: passwordCosts),
      failures: failures == 0 ? nil : RateLimiter(limit: failures, window: .minutes(15), clock: clock), box: box,
      clock: clock)
    licenses = LicenseRegister(database: database, box: box, clock: clock)
    mail = MailJobs(queue: JobQueue(schema: .license, clock: clock), clock: clock)
    cloneAlarms = CloneAlarmDesk(database: database, mail: mail, clock: clock)
    desk = ActivationDesk(
      database: database, plans: PlanCatalog(clock: clock), alarms: cloneAlarms, clock: clock)
    news = BillingNews(follower: LicenseFollower(box: box), mail: mail)
    subscriptions = SubscriptionRegister(database: database, news: news, clock: clock)
    hosting = Hosting(
      database: database, box: box, mail: mail, policy: configuration.outboundPolicy, clock: clock,
      logger: logger)
    stripe = Self.makeStripe(
      configuration.stripe, database: database, news: news, publicURL: configuration.publicURL, clock: clock)
    cashier = Cashier(database: database, news: news, stripe: stripe, clock: clock)
    orders = OrderDesk(database: database, news: news, mail: mail, clock: clock)
    releases = ReleaseDesk(database: database, path: configuration.releasesDirectory, clock: clock)
  }

  var migrator: Migrator {
    get throws(MigrationError) {
      Migrator(
        try MigrationSet(directory: home.migrations, group: .license), dsn: configuration.databaseURL,
        catalog: database, clock: clock)
    }
  }

  /// Sends the mails that are owed and clears away what has run out.
  func makeJobRunner() -> JobRunner {
    let room = MailRoom(
      database: database, deliver: deliver, sender: configuration.mailSender, publicURL: configuration.publicURL,
      clock: clock)
    let cleanUp = CleanUp(database: database, clock: clock)
    let expiry = ExpiryJobs(database: database, mail: mail, clock: clock)
    let billing = makeBillingJobs()
    let silence = SilenceWatch(database: database, clock: clock)
    return JobRunner(
      queue: mail.queue, database: database,
      handlers: room.handlers + [resellerJobs.handler] + [billing.handler] + stripeJobs.handlers + hosting.jobs.handlers
        + [cleanUp.handler, expiry.handler, silence.handler],
      schedules: [resellerJobs.schedule] + [billing.schedule] + stripeJobs.schedules + hosting.jobs.schedules + [
        cleanUp.schedule, expiry.schedule, silence.schedule,
      ], logger: logger)
  }

  private static func delivery(
    _ configuration: Configuration, _ clock: any WallClock
  ) -> (@Sendable (MailMessage) async throws -> Void)? {
    guard let server = configuration.mailServer else { return nil }
    let name = WebURL.host(of: configuration.publicURL) ?? "localhost"
    let mailer = Mailer(server: server, clock: clock, heloName: name)
    return { try await mailer.send($0) }
  }
}

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
  let box: SecretBox
  let entrance: StaffEntrance
  let licenses: LicenseRegister
  let desk: ActivationDesk
  let mail: MailJobs
  let cashier: Cashier
  let orders: OrderDesk

  /// - Parameter passwordCosts: lower ones make tests fast.
  init(
    _ configuration: Configuration, home: Home, clock: any WallClock = SystemClock(),
    logger: Logger = Logger(label: "license-server"), passwordCosts: PasswordHasher.Parameters = .init(),
    poolLimits: PoolLimits = PoolLimits(maxConnections: 16)
  ) {
    self.configuration = configuration
    self.home = home
    self.clock = clock
    self.logger = logger
    database = ConnectionPool(
      name: "license", dsn: configuration.databaseURL.with(applicationName: "license-server"), limits: poolLimits,
      logger: logger)
    box = SecretBox(key: configuration.secretKey)
    let failures = configuration.limits.logInFailures
    entrance = StaffEntrance(
      database: database, hasher: PasswordHasher(parameters: passwordCosts),
      failures: failures == 0 ? nil : RateLimiter(limit: failures, window: .minutes(15), clock: clock), clock: clock)
    licenses = LicenseRegister(database: database, box: box, clock: clock)
    desk = ActivationDesk(database: database, clock: clock)
    mail = MailJobs(queue: JobQueue(schema: .license, clock: clock))
    cashier = Cashier(database: database, box: box, mail: mail, clock: clock)
    orders = OrderDesk(database: database, mail: mail, clock: clock)
  }

  var migrator: Migrator {
    get throws(MigrationError) {
      Migrator(
        try MigrationSet(directory: home.migrations, group: .license), dsn: configuration.databaseURL,
        catalog: database, clock: clock)
    }
  }

  var jobs: JobRunner {
    let mailer = configuration.mailServer.map {
      Mailer(server: $0, clock: clock, heloName: WebURL.host(of: configuration.publicURL) ?? "localhost")
    }
    let room = MailRoom(
      database: database, mailer: mailer, sender: configuration.mailSender, publicURL: configuration.publicURL,
      clock: clock)
    let cleanUp = CleanUp(database: database, clock: clock)
    return JobRunner(
      queue: mail.queue, database: database, handlers: room.handlers + [cleanUp.handler],
      schedules: [cleanUp.schedule], logger: logger)
  }
}

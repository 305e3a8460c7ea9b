import ArgumentParser

/// The vendor's control plane as one program.
@main
struct LicenseServerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "license-server",
    abstract: "Trackily's licences, plans and billing: the vendor's side.",
    discussion: """
      Settings come from the environment: DATABASE_URL, SECRET_KEY, SIGNING_KEYS_DIR, and as wanted PORT, PUBLIC_URL,
      VENDOR_EMAIL, VENDOR_PASSWORD, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, STRIPE_BASE_URL, SMTP_URL, MAIL_FROM,
      TRUSTED_PROXIES, OUTBOUND_ALLOW, RELEASES_DIR, METRICS_TOKEN, LOG_LEVEL, LOG_FORMAT.
      Exit codes: 0 done, 1 failed, 64 wrong arguments, 78 wrong configuration.
      """,
    version: Configuration.version,
    subcommands: [
      ServeCommand.self, MigrateCommand.self, KeysCommand.self, LicenseCommand.self, PlanCommand.self,
      ResellerCommand.self, ReleaseCommand.self, AuditCommand.self, DemoCommand.self,
    ])
}

import Core
import Foundation
import Security

/// MaxMind's download service. The licence key goes into requests, never into a fault or a log.
struct MaxMindClient: Sendable {
  struct Credentials: Sendable {
    var accountID: Int64?
    var licenseKey: String
  }

  enum Fault: Error, Hashable, Sendable, CustomStringConvertible {
    case unreachable(String)
    case refused
    case unknownEdition
    case tooManyDownloads
    case unexpected(status: Int)
    /// The checksum's file holds none.
    case noChecksum

    var description: String {
      switch self {
      case .unreachable(let reason): "MaxMind can't be reached: \(reason)"
      case .refused: "MaxMind refused the licence key"
      case .unknownEdition: "MaxMind has no such database for this account"
      case .tooManyDownloads: "MaxMind's daily limit of downloads is reached"
      case .unexpected(let status): "MaxMind answered with status \(status)"
      case .noChecksum: "MaxMind sent no checksum"
      }
    }
  }

  /// Of an archive; the largest database MaxMind has is below it.
  static let archiveLimit = 1 << 30

  private let baseURL: String
  private let http: OutboundHTTP

  init(baseURL: String) {
    self.baseURL = baseURL
    // The operator named this server, so it may stand in a private network.
    let policy = DestinationPolicy(allowedHosts: Set([WebURL.host(of: baseURL)].compactMap { $0 }))
    http = OutboundHTTP(policy: policy, maxRequests: 4)
  }

  /// SHA-256 of an edition's archive, in hex.
  func checksum(of edition: String, _ credentials: Credentials) async throws(Fault) -> String {
    let response: OutboundResponse
    do throws(OutboundError) {
      response = try await http.send(
        request(edition, "tar.gz.sha256", credentials), limits: OutboundLimits(responseSize: 65_536, redirects: 5))
    } catch {
      throw .unreachable("\(error)")
    }
    try Self.check(response)
    let sum = response.text.prefix { !$0.isWhitespace }.lowercased()
    guard sum.utf8.count == 64, [UInt8](hex: sum) != nil else { throw .noChecksum }
    return sum
  }

  /// Hands an edition's archive (`.tar.gz`) to `sink`.
  func archive(
    of edition: String, _ credentials: Credentials, into sink: @escaping OutboundSink
  ) async throws(Fault) {
    let limits = OutboundLimits(
      totalTimeout: .minutes(30), responseSize: Self.archiveLimit, redirects: 5, stallTimeout: .seconds(30))
    let response: OutboundResponse
    do throws(OutboundError) {
      response = try await http.download(request(edition, "tar.gz", credentials), limits: limits, into: sink)
    } catch {
      throw .unreachable("\(error)")
    }
    try Self.check(response)
  }

  /// https://dev.maxmind.com/geoip/updating-databases: with an account id as basic authentication, else the permalink.
  private func request(_ edition: String, _ suffix: String, _ credentials: Credentials) -> OutboundRequest {
    guard let account = credentials.accountID else {
      let key = PercentCoding.encodeComponent(credentials.licenseKey)
      return OutboundRequest(
        .get, "\(baseURL)/app/geoip_download?edition_id=\(edition)&license_key=\(key)&suffix=\(suffix)")
    }
    let login = Data("\(account):\(credentials.licenseKey)".utf8).base64EncodedString()
    return OutboundRequest(
      .get, "\(baseURL)/geoip/databases/\(edition)/download?suffix=\(suffix)",
      headers: [HeaderField("Authorization", "Basic \(login)")])
  }

  private static func check(_ response: OutboundResponse) throws(Fault) {
    switch response.status {
    case 200..<300: return
    case 401, 403: throw .refused
    case 404: throw .unknownEdition
    case 429: throw .tooManyDownloads
    default: throw .unexpected(status: response.status)
    }
  }
}

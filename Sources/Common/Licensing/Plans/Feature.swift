/// What a plan can switch on, under the names of the licence API. A server may name features that this version doesn't
/// know yet: they travel as text and gate nothing here.
public enum Feature: String, CaseIterable, Sendable, Hashable {
  case antiFraud = "anti_fraud"
  case automizer
  case trafficAI = "traffic_ai"
  case notificationChannels = "notification_channels"
  case abTesting = "ab_testing"
  case landerProtection = "lander_protection"
  case statusScheme = "status_scheme"
  case retargetingPixels = "retargeting_pixels"
  case audienceExport = "audience_export"
  case attribution
  case audienceOptimization = "audience_optimization"
  case whiteLabel = "white_label"

  /// What people call it.
  public var title: String {
    switch self {
    case .antiFraud: "Full Anti-Fraud"
    case .automizer: "Automizer"
    case .trafficAI: "Traffic AI"
    case .notificationChannels: "Notification channels"
    case .abTesting: "A/B Testing"
    case .landerProtection: "Lander Protection"
    case .statusScheme: "Status Scheme"
    case .retargetingPixels: "Retargeting Pixels"
    case .audienceExport: "Audience Export"
    case .attribution: "Multi-Touch Attribution"
    case .audienceOptimization: "Audience Optimization"
    case .whiteLabel: "White Label"
    }
  }

  /// The smallest documented plan that has it, for "needs the Pro plan".
  public var plan: DocumentedPlan {
    switch self {
    case .attribution, .audienceOptimization, .whiteLabel: .enterprise
    default: .pro
    }
  }
}

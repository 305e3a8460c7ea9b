import Licensing
import Web

extension Parts {
  /// A page whose feature the plan lacks: what it would show, and which plan has it.
  static func unlicensed(_ feature: Feature, _ icons: IconSet, _ purpose: String) -> HTML {
    """
    <div class="card">\(empty(
      icons(.locked), "\(feature.title) is part of the \(feature.plan.title) plan", purpose,
      "<a class=\"btn\" href=\"/admin/license\">See your licence</a>"))</div>
    """
  }
}

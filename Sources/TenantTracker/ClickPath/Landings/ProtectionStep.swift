import Core

extension ClickStep {
  /// Lander protection, as far as the request tells: stops spy tools and driven browsers. Whoever gets past it meets
  /// ``ProtectedPage`` in the browser.
  static let protection = ClickStep(.protection) { hit in
    guard hit.landing?.isProtected == true else { return nil }
    let signs = hit.request.spySigns
    for sign in signs { hit.note("spy:\(sign.rawValue)") }
    return SpySign.givesAway(signs) ? .spy : nil
  }
}

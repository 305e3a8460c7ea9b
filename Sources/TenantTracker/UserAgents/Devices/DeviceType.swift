/// What kind of thing shows the page. uap-core does not say; the rule is ours (``AgentWords``).
public enum DeviceType: String, Hashable, Sendable, CaseIterable {
  /// Also laptops. An iPad that asks for desktop sites sends the agent of a Mac, word for word, and is counted here.
  case desktop = "Desktop"
  case mobile = "Mobile"
  /// Also e-readers.
  case tablet = "Tablet"
  /// Also the boxes and sticks that are plugged into one.
  case tv = "TV"
  case console = "Console"
  /// Watches and headsets.
  case wearable = "Wearable"
  case car = "Car"
  /// Whatever ``UserAgentFacts/bot`` has a name for.
  case bot = "Bot"
}

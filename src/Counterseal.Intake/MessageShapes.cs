using static Counterseal.Intake.Vocabulary;

namespace Counterseal.Intake;

/// <summary>
/// The grammar of V1.12.1 for requests for stored data, written from the standard's structure; ETSI's schemas are not ours to
/// ship. The tests hold it against them where they are at hand.
/// </summary>
internal static class MessageShapes
{
    private const int Any = int.MaxValue;

    private static readonly Shape.Sequence EndpointId = new("EndpointID", "Core",
        One(Core, "CountryCode", SimpleType.CountryCode), One(Core, "UniqueIdentifier", SimpleType.LongString));

    private static readonly Shape.Sequence Entry = new("DictionaryEntry", "Common",
        One(Common, "Owner", SimpleType.ShortString), One(Common, "Name", SimpleType.ShortString), One(Common, "Value", SimpleType.ShortString));

    private static readonly Shape.Sequence Reason = new("ActionUnsuccesfulInformation", "Core",
        One(Core, "ErrorCode", SimpleType.NonNegativeInteger), One(Core, "ErrorDescription", SimpleType.LongString));

    private static readonly Shape.Unread National = new("A nation's own parameters are not read.");

    private static readonly Shape.Sequence ApprovalDetails = new("ApprovalDetails", "Common",
        Maybe(Common, "ApprovalType", SimpleType.LongString),
        Maybe(Common, "ApprovalDescription", SimpleType.LongString),
        Maybe(Common, "ApprovalReference", SimpleType.LongString),
        Maybe(Common, "ApproverDetails", new Shape.Sequence("ApproverDetails", "Common",
            Maybe(Common, "ApproverName", SimpleType.LongString),
            Maybe(Common, "ApproverRole", SimpleType.LongString),
            Maybe(Common, "ApproverIdentity", new Shape.Sequence("ApproverIdentity", "Common", One(Common, "NationalApproverIdentity", National))),
            Many(Common, "ApproverContactDetails", new Shape.Sequence("ApproverContactDetails", "Common",
                Maybe(Common, "ApproverAlternateName", SimpleType.LongString),
                Maybe(Common, "ApproverEmailAddress", SimpleType.InternationalizedEmailAddress),
                Maybe(Common, "ApproverPhoneNumber", SimpleType.E164))))),
        Maybe(Common, "ApprovalTimestamp", SimpleType.QualifiedDateTime),
        Maybe(Common, "ApprovalIsEmergency", SimpleType.Boolean),
        Maybe(Common, "ApprovalDigitalSignature", new Shape.Sequence("ApprovalDigitalSignature", "Common", One(Common, "NationalDigitalSignature", National))),
        Maybe(Common, "ApprovalNationalDetails", National));

    private static readonly Place[] AnyObject =
    [
        One(Core, "ObjectIdentifier", SimpleType.ObjectIdentifier),
        Maybe(Core, "CountryCode", SimpleType.CountryCode),
        Maybe(Core, "OwnerIdentifier", SimpleType.ShortString),
        Maybe(Core, "Generation", SimpleType.NonNegativeInteger),
        Maybe(Core, "ExternalIdentifier", SimpleType.LongString),
        Maybe(Core, "AssociatedObjects", new Shape.Sequence("AssociatedObjects", "Core", Many(Core, "AssociatedObject", SimpleType.ObjectIdentifier))),
        Maybe(Core, "LastChanged", SimpleType.QualifiedDateTime),
        Maybe(Core, "NationalHandlingParameters", National),
    ];

    private static readonly Shape.Sequence AuthorisationObject = new("AuthorisationObject", "Authorisation",
    [
        .. AnyObject,
        Maybe(Authorisation, "AuthorisationReference", SimpleType.LongString),
        Maybe(Authorisation, "AuthorisationLegalType", Entry),
        Maybe(Authorisation, "AuthorisationPriority", Entry),
        Maybe(Authorisation, "AuthorisationStatus", Entry),
        Maybe(Authorisation, "AuthorisationDesiredStatus", Entry),
        Maybe(Authorisation, "AuthorisationTimespan", new Shape.Sequence("AuthorisationTimespan", "Authorisation",
            Maybe(Authorisation, "StartTime", SimpleType.QualifiedDateTime), Maybe(Authorisation, "EndTime", SimpleType.QualifiedDateTime))),
        Maybe(Authorisation, "AuthorisationCSPID", new Shape.Sequence("AuthorisationCSPID", "Authorisation",
            new Place(1, Any, (Authorisation, "CSPID", EndpointId)))),
        Maybe(Authorisation, "AuthorisationCreationTimestamp", SimpleType.QualifiedDateTime),
        Maybe(Authorisation, "AuthorisationServedTimestamp", SimpleType.QualifiedDateTime),
        Maybe(Authorisation, "AuthorisationTerminationTimestamp", SimpleType.QualifiedDateTime),
        Many(Authorisation, "AuthorisationApprovalDetails", ApprovalDetails),
        Maybe(Authorisation, "AuthorisationInvalidReason", Reason),
        Maybe(Authorisation, "AuthorisationFlags", new Shape.Sequence("AuthorisationFlags", "Authorisation", Many(Authorisation, "AuthorisationFlag", Entry))),
        Maybe(Authorisation, "AuthorisationManualInformation", SimpleType.LongString),
        Maybe(Authorisation, "NationalAuthorisationParameters", National),
        Maybe(Authorisation, "AuthorisationJurisdiction", SimpleType.LongString),
        Maybe(Authorisation, "AuthorisationTypeOfCase", Entry),
        Maybe(Authorisation, "AuthorisationLegalEntity", SimpleType.ShortString),
    ]);

    private static readonly Shape.Sequence Address = new("IPAddress", "TS 103 280",
        new Place(1, 1, (Ts103280, "IPv4Address", SimpleType.IPv4Address), (Ts103280, "IPv6Address", SimpleType.IPv6Address)));

    private static readonly Shape.Sequence DeliveryAddress = new("DeliveryAddress", "Task", new Place(1, 1,
        (Task, "IPv4Address", SimpleType.IPv4Address),
        (Task, "IPv6Address", SimpleType.IPv6Address),
        (Task, "IPAddressPort", new Shape.Sequence("IPAddressPort", "TS 103 280",
            One(Ts103280, "address", Address),
            One(Ts103280, "port", new Shape.Sequence("Port", "TS 103 280", new Place(1, 1,
                (Ts103280, "TCPPort", SimpleType.TcpPort), (Ts103280, "UDPPort", SimpleType.UdpPort)))))),
        (Task, "IPAddressPortRange", new Shape.Sequence("IPAddressPortRange", "TS 103 280",
            One(Ts103280, "address", Address),
            One(Ts103280, "portRange", new Shape.Sequence("PortRange", "TS 103 280", new Place(1, 1,
                (Ts103280, "TCPPortRange", Range("TCPPortRange", SimpleType.TcpPort)), (Ts103280, "UDPPortRange", Range("UDPPortRange", SimpleType.UdpPort))))))),
        (Task, "E164Number", SimpleType.E164),
        (Task, "FTPAddress", SimpleType.AnyUri),
        (Task, "URL", SimpleType.AnyUri),
        (Task, "FQDN", SimpleType.LongString),
        (Task, "EmailAddress", SimpleType.EmailAddress),
        (Task, "EndpointID", EndpointId)));

    private static readonly Shape.Sequence RequestDetails = new("RequestDetails", "Task",
        Maybe(Task, "Type", Entry),
        Maybe(Task, "StartTime", SimpleType.QualifiedDateTime),
        Maybe(Task, "EndTime", SimpleType.QualifiedDateTime),
        Maybe(Task, "ObservedTime", SimpleType.QualifiedDateTime),
        Many(Task, "ObservedTimes", SimpleType.QualifiedDateTime),
        Maybe(Task, "RequestValues", new Shape.Sequence("RequestValues", "Task",
            new Place(1, Any, (Task, "RequestValue", new Shape.Sequence("RequestValue", "Task",
                One(Task, "FormatType", new Shape.Sequence("FormatType", "Task",
                    One(Task, "FormatOwner", SimpleType.ShortString), One(Task, "FormatName", SimpleType.ShortString))),
                One(Task, "Value", SimpleType.LongString)))))),
        Maybe(Task, "Subtype", new Shape.Sequence("RequestSubtype", "Task", new Place(1, Any, (Task, "RequestSubtype", Entry)))));

    private static readonly Place[] LdTask =
    [
        Maybe(Task, "Reference", SimpleType.Ldid),
        Maybe(Task, "Status", Entry),
        Maybe(Task, "StatusReason", Reason),
        Maybe(Task, "DesiredStatus", Entry),
        Maybe(Task, "RequestDetails", RequestDetails),
        Maybe(Task, "DeliveryDetails", new Shape.Sequence("LDDeliveryDetails", "Task",
            new Place(1, Any, (Task, "LDDeliveryDestination", new Shape.Sequence("LDDeliveryDestination", "Task",
                Maybe(Task, "DeliveryAddress", DeliveryAddress),
                Maybe(Task, "EncryptionDetails", National),
                Maybe(Task, "LDHandoverFormat", Entry),
                Maybe(Task, "LDDeliveryProfile", Entry),
                Maybe(Task, "NationalDeliveryParameters", National)))))),
        Many(Task, "ApprovalDetails", ApprovalDetails),
        Maybe(Task, "CSPID", EndpointId),
        Maybe(Task, "HandlingProfile", Entry),
        Maybe(Task, "Flags", new Shape.Sequence("LDTaskFlags", "Task", Many(Task, "LDTaskFlag", Entry))),
        Maybe(Task, "NationalLDTaskingParameters", National),
    ];

    private static readonly Shape.Sequence LdTaskObject = new("LDTaskObject", "Task", [.. AnyObject, .. LdTask]);

    /// <summary>
    /// The preservation task came with V1.14.1, whose schemas these tests do not have: what it shares with the disclosure task is
    /// read, in any order, and everything else is a warning.
    /// </summary>
    private static readonly Shape.Sequence LpTaskObject = new("LPTaskObject", "Task",
    [
        .. AnyObject,
        new Place(0, Any, [.. LdTask.SelectMany(p => p.Elements).Where(e => e.Name != "Reference"), (Task, "Reference", SimpleType.LongString)]),
    ]);

    private static readonly Shape.Sequence DocumentObject = new("DocumentObject", "Document",
    [
        .. AnyObject,
        Maybe(Document, "DocumentReference", SimpleType.LongString),
        Maybe(Document, "DocumentName", SimpleType.LongString),
        Maybe(Document, "DocumentStatus", Entry),
        Maybe(Document, "DocumentDesiredStatus", Entry),
        Maybe(Document, "DocumentTimespan", new Shape.Sequence("DocumentTimespan", "Document",
            Maybe(Document, "StartTime", SimpleType.QualifiedDateTime), Maybe(Document, "EndTime", SimpleType.QualifiedDateTime))),
        Maybe(Document, "DocumentType", Entry),
        Maybe(Document, "DocumentProperties", new Shape.Sequence("DocumentProperties", "Document",
            Many(Document, "DocumentProperty", new Shape.Sequence("DocumentProperty", "Document",
                One(Document, "PropertyType", Entry), One(Document, "PropertyValue", SimpleType.LongString))))),
        Maybe(Document, "DocumentBody", new Shape.Sequence("DocumentBody", "Document",
            Maybe(Document, "Contents", SimpleType.Base64Binary),
            Maybe(Document, "ContentType", SimpleType.ShortString),
            Maybe(Document, "Checksum", SimpleType.ShortString),
            Maybe(Document, "ChecksumType", SimpleType.ShortString))),
        Many(Document, "DocumentSignature", ApprovalDetails),
        Maybe(Document, "DocumentInvalidReason", Reason),
        Maybe(Document, "NationalDocumentParameters", National),
    ]);

    private static readonly Shape.ByType Hi1Object = new("HI1Object", "Core",
        new Dictionary<(Vocabulary, string), Shape>
        {
            [(Authorisation, "AuthorisationObject")] = AuthorisationObject,
            [(Task, "LDTaskObject")] = LdTaskObject,
            [(Task, "LPTaskObject")] = LpTaskObject,
            [(Document, "DocumentObject")] = DocumentObject,
            [(Task, "LITaskObject")] = new Shape.Refused("An LITaskObject asks for lawful interception, the delivery of communications as they happen; this door takes demands for stored data."),
            [(Task, "PrivateLDTaskObject")] = new Shape.Refused("A PrivateLDTaskObject asks a query that the provider may not see; an answer here needs a person who has read the question."),
            [(Task, "TDTaskObject")] = new Shape.Refused("A TDTaskObject asks for something to be taken down; this door takes demands for stored data."),
            [(Delivery, "DeliveryObject")] = new Shape.Refused("A DeliveryObject carries data; nobody delivers data to this door."),
            [(Notification, "NotificationObject")] = new Shape.Refused("A NotificationObject is a notice and no demand."),
            [(TrafficPolicy, "TrafficPolicyObject")] = new Shape.Refused("A TrafficPolicyObject is about handling live traffic; this door takes demands for stored data."),
            [(TrafficPolicy, "TrafficRuleObject")] = new Shape.Refused("A TrafficRuleObject is about handling live traffic; this door takes demands for stored data."),
        },
        type => new Shape.Refused($"The object type {Remarks.Quote(type)} is not known here."));

    private static readonly Shape.Sequence Create = new("CREATERequest", "Core", One(Core, "HI1Object", Hi1Object));

    private static readonly Shape.Sequence Header = new("MessageHeader", "Core",
        One(Core, "SenderIdentifier", EndpointId),
        One(Core, "ReceiverIdentifier", EndpointId),
        One(Core, "TransactionIdentifier", SimpleType.Uuid),
        One(Core, "Timestamp", SimpleType.QualifiedMicrosecondDateTime),
        One(Core, "Version", new Shape.Sequence("Version", "Core",
            One(Core, "ETSIVersion", SimpleType.EtsiVersion),
            One(Core, "NationalProfileOwner", SimpleType.ShortString),
            One(Core, "NationalProfileVersion", SimpleType.ShortString))));

    private static readonly Shape.Sequence ActionRequest = new("ActionRequest", "Core",
        One(Core, "ActionIdentifier", SimpleType.NonNegativeInteger),
        new Place(1, 1,
            (Core, "CREATE", Create),
            (Core, "GET", new Shape.Refused("GET asks for the state of an object; states are told on the authority's status page.")),
            (Core, "UPDATE", new Shape.Refused("UPDATE changes an object sent before; a changed demand is sent as a new one.")),
            (Core, "LIST", new Shape.Refused("LIST asks what objects there are; this door only takes demands in.")),
            (Core, "DELIVER", new Shape.Refused("DELIVER hands data over; nobody delivers data to this door.")),
            (Core, "GETCSPCONFIG", new Shape.Refused("GETCSPCONFIG asks what the provider supports; docs/intake.md says so."))));

    /// <summary>The root's shape.</summary>
    public static readonly Shape Message = new Shape.Sequence("HI1Message", "Core",
        One(Core, "Header", Header),
        One(Core, "Payload", new Shape.Sequence("MessagePayload", "Core", new Place(1, 1,
            (Core, "RequestPayload", new Shape.Sequence("RequestPayload", "Core",
                One(Core, "ActionRequests", new Shape.Sequence("ActionRequests", "Core", new Place(1, Any, (Core, "ActionRequest", ActionRequest)))))),
            (Core, "ResponsePayload", new Shape.Refused("The message is a response; this door takes requests."))))),
        Maybe(Core, "Signature", new Shape.Unread("The message carries a signature, which is not verified; it is kept with the original.")));

    private static Shape.Sequence Range(string type, SimpleType end) => new(type, "TS 103 280", One(Ts103280, "start", end), One(Ts103280, "end", end));

    private static Place One(Vocabulary vocabulary, string name, Shape shape) => new(1, 1, (vocabulary, name, shape));

    private static Place Maybe(Vocabulary vocabulary, string name, Shape shape) => new(0, 1, (vocabulary, name, shape));

    private static Place Many(Vocabulary vocabulary, string name, Shape shape) => new(0, Any, (vocabulary, name, shape));
}

namespace Counterseal.Web;

/// <summary>The faces that pages are served for; each has its own origin.</summary>
public enum Face
{
    /// <summary>Staff.</summary>
    Desk,
    /// <summary>Authorities and the public.</summary>
    Public,
    /// <summary>Officers of authorities, signed in.</summary>
    Portal,
    /// <summary>Customers, each with what is told to that account.</summary>
    Customer,
}

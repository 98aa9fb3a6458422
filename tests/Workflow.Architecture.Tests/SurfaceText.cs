using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Workflow.Architecture.Tests;

/// <summary>A type's public members as text, one line each.</summary>
internal static class SurfaceText
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    /// <remarks>What the compiler adds to a record is left out: it follows from the constructor.</remarks>
    public static IEnumerable<string> Of(Type type) => Members(type).Order(StringComparer.Ordinal).Prepend(Head(type));

    private static IEnumerable<string> Members(Type type) =>
    [
        .. type.GetConstructors(Declared).Where(IsVisible).Select(each => $"{Name(type)}..ctor({Parameters(each)})"),
        .. type.GetFields(Declared).Where(each => (each.IsPublic || each.IsFamily) && !each.IsSpecialName).Select(Field),
        .. type.GetProperties(Declared).Where(each => each.Name != "EqualityContract" && each.GetAccessors(nonPublic: true).Any(IsVisible))
            .Select(Property),
        .. type.GetMethods(Declared).Where(each => IsVisible(each) && !each.IsSpecialName && !IsGenerated(each)).Select(Method),
    ];

    private static bool IsVisible(MethodBase member) => (member.IsPublic || member.IsFamily) && !member.Name.Contains('<');

    private static bool IsGenerated(MethodInfo method) => method.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false);

    private static string Head(Type type)
    {
        var kind = type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct"
            : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class"
                : "class";
        var bases = type.IsEnum ? [] : type.GetInterfaces().Select(each => Name(each)).Order(StringComparer.Ordinal)
            .Prepend(type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) ? Name(parent) : null)
            .OfType<string>();
        var list = string.Join(", ", bases);
        return $"{kind} {Name(type)}{(list.Length > 0 ? $" : {list}" : "")}";
    }

    private static string Field(FieldInfo field)
    {
        var kind = field.IsLiteral ? "const " : field.IsStatic ? "static " : "";
        var value = field.IsLiteral ? $" = {Convert.ToString(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}" : "";
        return $"{kind}{Typed(field.FieldType, Nullability.Create(field))} {Name(field.DeclaringType!)}.{field.Name}{value}";
    }

    private static string Property(PropertyInfo property)
    {
        var accessors = property.GetAccessors(nonPublic: true).Where(IsVisible).ToList();
        var setter = accessors.FirstOrDefault(each => each.ReturnType == typeof(void));
        var init = setter?.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) == true;
        return $"{Modifiers(accessors[0])}{Typed(property.PropertyType, Nullability.Create(property))} {Name(property.DeclaringType!)}.{property.Name} "
            + $"{{ {(accessors.Exists(each => each.ReturnType != typeof(void)) ? "get; " : "")}{(setter is null ? "" : init ? "init; " : "set; ")}}}";
    }

    private static string Method(MethodInfo method)
    {
        var generic = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(each => each.Name))}>"
            : "";
        var constraints = string.Concat(method.GetGenericArguments().Select(Constraint));
        var first = method.IsDefined(typeof(ExtensionAttribute), inherit: false) ? "this " : "";
        return $"{Modifiers(method)}{Typed(method.ReturnType, Nullability.Create(method.ReturnParameter))} "
            + $"{Name(method.DeclaringType!)}.{method.Name}{generic}({first}{Parameters(method)}){constraints}";
    }

    private static string Modifiers(MethodInfo method) =>
        (method.IsFamily ? "protected " : "")
        + (method.IsStatic ? "static " : method.IsAbstract && !method.DeclaringType!.IsInterface ? "abstract " : "");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        (parameter.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")
        + $"{Typed(parameter.ParameterType, Nullability.Create(parameter))} {parameter.Name}"
        + (parameter.HasDefaultValue ? $" = {Default(parameter)}" : "")));

    private static string Default(ParameterInfo parameter) =>
        parameter.RawDefaultValue is string text ? $"\"{text}\""
            : Convert.ToString(parameter.RawDefaultValue, CultureInfo.InvariantCulture) is { Length: > 0 } value ? value : "null";

    private static string Constraint(Type parameter)
    {
        var attributes = parameter.GenericParameterAttributes;
        string[] all =
        [
            .. attributes.HasFlag(GenericParameterAttributes.ReferenceTypeConstraint) ? ["class"] : Array.Empty<string>(),
            .. attributes.HasFlag(GenericParameterAttributes.NotNullableValueTypeConstraint) ? ["struct"] : Array.Empty<string>(),
            .. parameter.GetGenericParameterConstraints().Where(each => each != typeof(ValueType)).Select(each => Name(each)),
        ];
        return all.Length == 0 ? "" : $" where {parameter.Name} : {string.Join(", ", all)}";
    }

    private static string Typed(Type type, NullabilityInfo info)
    {
        var text = type.IsByRef || info.GenericTypeArguments.Length == 0 || !type.IsGenericType
            || Nullable.GetUnderlyingType(type) is not null
            ? Name(type)
            : $"{Stem(type)}<{string.Join(", ", type.GetGenericArguments().Zip(info.GenericTypeArguments, Typed))}>";
        return !type.IsValueType && !type.IsGenericParameter && info.ReadState == NullabilityState.Nullable ? $"{text}?" : text;
    }

    private static string Name(Type type) =>
        type.IsGenericParameter ? type.Name
        : type.IsArray ? $"{Name(type.GetElementType()!)}[]"
        : Nullable.GetUnderlyingType(type) is { } inner ? $"{Name(inner)}?"
        : type.IsGenericType ? $"{Stem(type)}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>"
        : type.FullName ?? type.Name;

    private static string Stem(Type type) => (type.GetGenericTypeDefinition().FullName ?? type.Name).Split('`')[0];
}

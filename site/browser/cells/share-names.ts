import ts from "typescript";

/** Under which name a cell leaves the value of its last line, which a notebook shows. */
export const lastValue = "lastValueOfCell";

/**
 * A cell as a module whose names the next cells find: what it declares is exported, what it imports is asked for by
 * `require` and exported, and its last line, if that is an expression, leaves its value.
 *
 * @param source - TypeScript as in a notebook
 */
export function shareNames(source: string): string {
  const file = ts.createSourceFile("cell.ts", source, ts.ScriptTarget.ES2022, true);
  let shared = source;
  // From the end, so that the places before stay where they are.
  for (const [i, statement] of [...file.statements.entries()].reverse()) {
    const put = (text: string, end = statement.getStart(file)) => {
      shared = shared.slice(0, statement.getStart(file)) + text + shared.slice(end);
    };
    if (ts.isImportDeclaration(statement)) {
      // As many lines as before, so that what cannot be read further down is told with its line.
      put(required(statement) + "\n".repeat(statement.getText(file).split("\n").length - 1), statement.end);
    } else if (isDeclaration(statement) && !isExportedOrTypes(statement)) put("export ");
    else if (ts.isExpressionStatement(statement) && i === file.statements.length - 1) put(`exports.${lastValue} = `);
  }
  return shared;
}

/** `import { a as b } from "c"` as `export const { a: b } = require("c")`. */
function required({ importClause, moduleSpecifier }: ts.ImportDeclaration): string {
  const module = `require(${moduleSpecifier.getText()})`;
  if (!importClause) return `${module};`;
  if (importClause.isTypeOnly) return "";
  const { name, namedBindings } = importClause;
  const names: string[] = name ? [`default: ${name.text}`] : [];
  if (namedBindings && ts.isNamespaceImport(namedBindings)) {
    return `export const ${namedBindings.name.text} = ${module};`;
  }
  for (const element of namedBindings?.elements ?? []) {
    if (element.isTypeOnly) continue;
    names.push(element.propertyName ? `${element.propertyName.text}: ${element.name.text}` : element.name.text);
  }
  return names.length > 0 ? `export const { ${names.join(", ")} } = ${module};` : "";
}

const isDeclaration = (statement: ts.Statement): boolean =>
  ts.isVariableStatement(statement) ||
  ts.isFunctionDeclaration(statement) ||
  ts.isClassDeclaration(statement) ||
  ts.isEnumDeclaration(statement);

const isExportedOrTypes = (statement: ts.Statement): boolean =>
  ts.canHaveModifiers(statement) &&
  (ts.getModifiers(statement) ?? []).some(
    ({ kind }) => kind === ts.SyntaxKind.ExportKeyword || kind === ts.SyntaxKind.DeclareKeyword,
  );

import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { searchAttributes } from '../workflows/shared/search-attributes.ts';

// temporal.api.enums.v1.IndexedValueType, which is what the operator service speaks.
const indexedValueTypes = { KEYWORD: 2, INT: 3, BOOL: 5 } as const;
const grpcAlreadyExists = 6;

/** Registers the search attributes of jobs in a namespace. Those that are there stay. */
export async function registerSearchAttributes(connection: Connection, namespace: string): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.values(searchAttributes).filter((key) => !(key.name in customAttributes));
  if (missing.length === 0) return;
  const wanted = Object.fromEntries(missing.map((key) => [key.name, indexedValueTypes[key.type]]));
  try {
    await connection.operatorService.addSearchAttributes({ namespace, searchAttributes: wanted });
  } catch (error) {
    // Another process of ours was faster.
    if (!isGrpcServiceError(error) || (error.code as number) !== grpcAlreadyExists) throw error;
  }
}

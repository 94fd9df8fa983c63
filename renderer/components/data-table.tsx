import classes from './components.module.css'

interface DataTableProps {
  readonly columns: readonly string[]
  readonly rows: () => readonly (readonly (string | number)[])[]
}

/** A chart's data as a table, folded away beneath it. */
export function DataTable({ columns, rows }: DataTableProps) {
  return (
    <details className={classes.details}>
      <summary>Data as a table</summary>
      <div className={classes.detailsBody}>
        <table className={`${classes.plotTable} figure`}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows().map((row, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity but their place
              <tr key={index}>
                {row.map((value, column) => (
                  <td key={columns[column]}>{value}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}
